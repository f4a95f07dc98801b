import ipaddr from 'ipaddr.js'
import { RelayError } from '../../errors.ts'

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

const ranges = new WeakMap<readonly string[], readonly Range[]>()

/** As they are kept. `bad_request`. */
export function checkNetworks(networks: readonly string[]): readonly string[] {
  if (networks.length === 0 || networks.length > 100) reject('networks are 1 to 100')
  for (const network of networks) if (readRange(network) === undefined) reject('a network is written like 192.0.2.0/24 or 2001:db8::/32, or is one address')
  return [...networks]
}

/** An address that is not known is in none of them. */
export function isInNetworks(networks: readonly string[], address: string | undefined): boolean {
  if (address === undefined || !ipaddr.isValid(address)) return false
  // `process` takes an IPv4 address out of its IPv6 form: one listener has both.
  const known = ipaddr.process(address)
  return rangesOf(networks).some(([base, bits]) => base.kind() === known.kind() && known.match(base as ipaddr.IPv6, bits))
}

function rangesOf(networks: readonly string[]): readonly Range[] {
  const known = ranges.get(networks)
  if (known !== undefined) return known
  const read = networks.map(readRange).filter((range) => range !== undefined)
  ranges.set(networks, read)
  return read
}

/** Of IPv4 with its four parts only: `10.1` is many addresses to many readers. */
function readRange(text: string): Range | undefined {
  const [address = '', bits, ...rest] = text.split('/')
  if (rest.length > 0 || !(ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address))) return undefined
  const base = ipaddr.parse(address)
  const most = base.kind() === 'ipv4' ? 32 : 128
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return undefined
  return [base, bits === undefined ? most : Number(bits)]
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem } })
}
