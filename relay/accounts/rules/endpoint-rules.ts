import { isRelayError, RelayError } from '../../errors.ts'
import { type Endpoint, type HealthRule, readEndpointAddress, readRange } from '../../outbound/index.ts'

const most = { endpoints: 16, clients: 64 }
const pathForm = /^\/(?!\/)[!-"$-[\]-~]*$/

/** As they are kept. `bad_request`. */
export function checkEndpoints(endpoints: readonly Endpoint[]): Endpoint[] {
  if (endpoints.length === 0 || endpoints.length > most.endpoints) reject(`there are 1 to ${most.endpoints}`)
  const addresses = endpoints.map(({ address }) => address)
  if (new Set(addresses).size !== addresses.length) reject('an address is named twice')
  return endpoints.map(({ address, clients }) => {
    if (!isAddress(address)) reject('an address is `host` or `host:port`, a name or an IP address')
    if (clients === undefined) return { address }
    if (clients.length === 0 || clients.length > most.clients) reject(`one names 1 to ${most.clients} ranges of clients, or leaves them out`)
    for (const range of clients) if (readRange(range) === undefined) reject('clients are ranges of addresses: 10.1.0.0/16, 2001:db8::/32')
    return { address, clients: [...clients] }
  })
}

/** As it is kept. `bad_request`. */
export function checkHealth({ path, everySeconds }: HealthRule, endpoints: readonly Endpoint[] | undefined): HealthRule {
  if (endpoints === undefined) rejectHealth('there are no endpoints to look at')
  if (!Number.isInteger(everySeconds) || everySeconds < 1 || everySeconds > 3600) rejectHealth('everySeconds is 1 to 3600')
  if (path !== undefined && (path.length > 1000 || !pathForm.test(path))) rejectHealth('path is a path, with a query at most')
  return { everySeconds, ...(path === undefined ? {} : { path }) }
}

function isAddress(address: string): boolean {
  try {
    readEndpointAddress(address)
    return true
  } catch (error) {
    if (isRelayError(error, 'destination_refused')) return false
    throw error
  }
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem: `in endpoints, ${problem}` } })
}

function rejectHealth(problem: string): never {
  throw new RelayError('bad_request', { params: { problem: `in health, ${problem}` } })
}
