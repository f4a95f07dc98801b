import type { IPv6 } from 'ipaddr.js'
import { RelayError } from '../../errors.ts'
import { readClient, readRange } from '../../outbound/index.ts'

type Range = NonNullable<ReturnType<typeof readRange>>

const ranges = new WeakMap<readonly string[], readonly Range[]>()

/** As they are kept. `bad_request`. */
export function checkNetworks(networks: readonly string[]): readonly string[] {
  if (networks.length === 0 || networks.length > 100) reject('networks are 1 to 100')
  for (const network of networks) if (readRange(network) === undefined) reject('a network is written like 192.0.2.0/24 or 2001:db8::/32, or is one address')
  return [...networks]
}

/** An address that is not known is in none of them. */
export function isInNetworks(networks: readonly string[], address: string | undefined): boolean {
  const client = readClient(address)
  return client !== undefined && rangesOf(networks).some(([base, bits]) => base.kind() === client.kind() && client.match(base as IPv6, bits))
}

function rangesOf(networks: readonly string[]): readonly Range[] {
  const known = ranges.get(networks)
  if (known !== undefined) return known
  const read = networks.map(readRange).filter((range) => range !== undefined)
  ranges.set(networks, read)
  return read
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem } })
}
