import { type CookieKind, cookieRules, type Site } from '../../accounts/index.ts'
import type { SiteSession } from '../../sessions/index.ts'

/** A cookie as far as its kind depends on it. */
export interface CookieFacts {
  readonly name: string
  readonly httpOnly: boolean
  /** The session holds one of its name. */
  readonly isHeld: boolean
}

/** Double submit (OWASP, Cross-Site Request Forgery Prevention): a script repeats the cookie in a header or a field. Worth nothing without the session. */
const forgeryToken = /csrf|xsrf/i
/** Set after the sign-in, and yet by its name part of being signed in. */
const sessionName = /sess|auth|token|jwt|ticket|remember|secret|passw|sid$/i

/**
 * What becomes of a cookie with delivery `attach`, and at the gateway: what the declaration says of it, else by what it is. No script sees a
 * cookie that is HttpOnly, so nobody misses it. One that holds the password is never anything but managed (law 1).
 */
export function kindOf(site: Pick<Site, 'cookies'>, session: Pick<SiteSession, 'cookiesTell'>, facts: CookieFacts): CookieKind {
  const kind = cookieRules(site)?.kindOf(facts.name) ?? defaultKind(facts)
  return session.cookiesTell && (kind === 'copied' || kind === 'relayed') ? 'managed' : kind
}

/** Does it by its name guard against forged requests? */
export function isForgeryToken(name: string): boolean {
  return forgeryToken.test(name)
}

function defaultKind({ name, httpOnly, isHeld }: CookieFacts): CookieKind {
  if (httpOnly || name === '') return 'managed'
  if (isForgeryToken(name)) return 'copied'
  return isHeld || sessionName.test(name) ? 'phantom' : 'relayed'
}
