import { RelayError } from '../../errors.ts'
import type { Destination } from '../contract.ts'
import { type ResolveOptions, resolveDestination } from '../destinations/resolve.ts'
import { readEndpointAddress } from './endpoint-address.ts'

/** The port of an origin, and of its endpoints where they name none. */
export function portOf({ protocol, port }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

/** Would a connection to each endpoint be allowed? `destination_refused`. A host that cannot be looked up now is held against the rules when it is connected to. */
export async function checkAddresses(
  { endpoints = [], origins, networks }: Destination,
  options: ResolveOptions & { readonly looksUp: boolean },
): Promise<void> {
  for (const { address } of endpoints) {
    const { host, port = portOf(new URL(origins[0] as string)) } = readEndpointAddress(address)
    // Another one looks it up.
    if (!options.looksUp && !host.isAddress) continue
    try {
      await resolveDestination(host, port, { kind: 'site', networks, isLiteral: host.isAddress }, options)
    } catch (error) {
      if (error instanceof RelayError) throw error
    }
  }
}
