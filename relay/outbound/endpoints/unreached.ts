import { RelayError } from '../../errors.ts'
import { siteError } from '../site-error.ts'

/** Errors of connections that never came to be: nothing was sent. One that a proxy on the way is to blame for says nothing of an endpoint. */
const errors = new WeakSet<object>()
const codes: ReadonlySet<string> = new Set(['site_down', 'site_tls', 'destination_refused'])

/** What went wrong while connecting, as the relay tells it, and known as that from then on. */
export function unreached(site: string, error: unknown): RelayError {
  const told = siteError(site, error)
  if (codes.has(told.code)) errors.add(told)
  return told
}

export function isUnreached(error: unknown): error is RelayError {
  return error instanceof RelayError && errors.has(error)
}

/** What a request ends with that has reached none of these. */
export function noneReached(site: string, failed: ReadonlyMap<string, RelayError>): RelayError {
  const all = [...failed.values()]
  const [first] = all
  // None of them proved that it is the site, or none may be connected to: that is another matter than being down.
  const code = all.every((error) => error.code === first?.code) ? (first?.code ?? 'site_down') : 'site_down'
  const words = [...failed].map(([address, { params, message }]) => `${address} (${params.reason ?? message})`).join(', ')
  const reason = `none of its endpoints can be used: ${words}`
  return new RelayError(code, { params: code === 'destination_refused' ? { host: site, reason } : { site, reason }, cause: first })
}
