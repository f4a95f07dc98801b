import type { ResponseFacts } from '../../../adapters/index.ts'
import type { Site } from '../../accounts/index.ts'

/** A request that is refused this often with a cookie newer each time is refused for another reason. */
export const mostRetakes = 3

/** RFC 9110 9.2.1. TRACE is left out: it would show the client what the relay attached. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])
const redirects = new Set([302, 303, 307])

/**
 * Does this answer leave the request undone? A safe one always; another when the site has refused it or led to its login page.
 *
 * RFC 9110 says of no redirect that nothing was done, but all frameworks lead there in place of acting where they know no session; and a
 * person would have typed the same again. An act that itself ends the session and leads there (signing out, closing the account) looks the
 * same; done again it does no more than it did. Of a change of the password that is not true: the caller knows it by its form.
 */
export function isUndone(facts: ResponseFacts, site: Site): boolean {
  if (safeMethods.has(facts.method)) return true
  if (facts.status === 401) return true
  return redirects.has(facts.status) && facts.location !== undefined && isLoginPage(facts.location, site)
}

function isLoginPage(location: URL, site: Site): boolean {
  const login = new URL(site.loginUrl)
  // `/login;jsessionid=...` is the same page.
  return location.origin === login.origin && location.pathname.split(';')[0] === login.pathname.split(';')[0]
}
