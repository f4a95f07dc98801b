import type { LookupAddress } from 'node:dns'
import { lookup as systemLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { RelayError } from '../../errors.ts'
import { type ClassifiedAddress, classifyAddress } from './address-class.ts'
import { type DestinationRule, decideDestination } from './destination-rule.ts'
import type { Host } from './host.ts'
import type { OwnListeners } from './own-listeners.ts'

/** Finds the addresses of a name. */
export type Lookup = (host: string) => Promise<readonly string[]>

/** The system's resolver: /etc/hosts and DNS, in the system's order. */
export const lookUpBySystem: Lookup = async (host) => {
  const found = await systemLookup(host, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}

/** The addresses of a host, classified. Empty answers and unknown names reject as the resolver said it. */
export async function classifyHost(host: Host, lookup: Lookup, signal: AbortSignal): Promise<ClassifiedAddress[]> {
  const addresses = host.isAddress ? [host.name] : await unlessAborted(lookup(host.name), signal)
  if (addresses.length === 0) throw Object.assign(new Error('no addresses'), { code: 'ENOTFOUND' })
  return addresses.map(classifyAddress)
}

/** What the resolver gave is no address: it is refused as such. */
const nobody = { isListener: false, isThisMachine: false }

export interface ResolveOptions {
  readonly lookup: Lookup
  readonly own: OwnListeners
  readonly signal: AbortSignal
}

/**
 * The addresses of a host that this rule lets a connection go to: exactly these are connected to, with no second look-up, so a
 * name that answers differently the next time (rebinding) gains nothing. `destination_refused` when none is left.
 */
export async function resolveDestination(host: Host, port: number, rule: DestinationRule, { lookup, own, signal }: ResolveOptions): Promise<LookupAddress[]> {
  const allowed: LookupAddress[] = []
  let refusal = ''
  for (const address of await classifyHost(host, lookup, signal)) {
    const facts = isIP(address.address) === 0 ? nobody : own.facts(address.address, port)
    const verdict = decideDestination(address, facts, rule)
    if (verdict.ok) allowed.push({ address: address.address, family: isIP(address.address) })
    else refusal ||= verdict.reason
  }
  if (allowed.length === 0) throw new RelayError('destination_refused', { params: { host: host.text, reason: refusal } })
  return allowed
}

/** getaddrinfo cannot be stopped; its answer can be left alone. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
