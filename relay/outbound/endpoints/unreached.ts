import { RelayError } from '../../errors.ts'
import { siteError } from '../exchange/site-error.ts'

/** Errors of connections that never came to be: nothing was sent. */
const errors = new WeakSet<object>()
/** The last one also where it is the endpoint that a proxy on the way could not reach. */
const codes: ReadonlySet<string> = new Set(['site_down', 'site_tls', 'destination_refused', 'upstream_proxy_failed'])

/** What went wrong while connecting, as the relay tells it, and known as that from then on. */
export function unreached(site: string, error: unknown): RelayError {
  const told = siteError(site, error)
  if (codes.has(told.code)) errors.add(told)
  return told
}

/** Did this request end before anything of it was sent, so that it may go another way? */
export function isUnreached(error: unknown): error is RelayError {
  return error instanceof RelayError && errors.has(error)
}

/** What a request ends with that has reached none of these. */
export function noneReached(site: string, failed: ReadonlyMap<string, RelayError>): RelayError {
  const [first, ...others] = [...failed.values()]
  // That none proves to be the site, that none may be connected to, or that no way leads there is another matter than being down.
  const code = first !== undefined && others.every((error) => error.code === first.code) ? first.code : 'site_down'
  const words = [...failed].map(([address, { params, message }]) => `${address} (${params.reason ?? message})`).join(', ')
  return new RelayError(code, { params: { ...first?.params, site, reason: `none of its endpoints can be used: ${words}` }, cause: first })
}
