import type { ResponseFacts, SiteFacts } from '../../contract.ts'
import type { FormSettings } from '../settings.ts'
import { loginWords, mentions, signOutWords } from '../words.ts'

/**
 * Does an answer seen in passing mean that the session has ended? By its head alone, and rather no than yes: a wrong yes costs a
 * sign-in, a wrong no costs the person a click.
 */
export function isSignedOut(facts: ResponseFacts, { loginUrl }: Pick<SiteFacts<FormSettings>, 'loginUrl'>): boolean {
  const { url } = facts
  // Nearly all are ruled out by this, which costs least.
  if (!showsEnd(facts, loginUrl)) return false
  // The person signs out himself, or looks at the login page.
  return !samePath(url, loginUrl) && !mentions(signOutWords, url.pathname, url.search)
}

function showsEnd(facts: ResponseFacts, loginUrl: URL): boolean {
  const { status, location } = facts
  if (status === 401 || facts.removedCookies.some(isSessionCookie)) return true
  return status >= 300 && status < 400 && status !== 304 && location !== undefined && leadsToLogin(location, facts, loginUrl)
}

function leadsToLogin(location: URL, { method }: ResponseFacts, loginUrl: URL): boolean {
  if (!samePath(location, loginUrl)) return false
  if (mentions(loginWords, loginUrl.pathname)) return true
  // `/index.php?page=login`: the path alone leads to every page.
  const wanted = [...loginUrl.searchParams]
  if (wanted.length > 0) return wanted.every(([name, value]) => location.searchParams.get(name) === value)
  // A bare `/`: a page that leads home; only where a page was to be seen does that mean the login.
  return method === 'GET' && location.search === ''
}

function samePath(one: URL, other: URL): boolean {
  return one.host === other.host && withoutSession(one.pathname) === withoutSession(other.pathname)
}

/** `/login;jsessionid=...` (Servlet specification, URL rewriting). */
function withoutSession(path: string): string {
  const semicolon = path.indexOf(';')
  return (semicolon === -1 ? path : path.slice(0, semicolon)).replace(/\/$/, '')
}

const sessionCookie =
  /^(?:.*[._-])?(?:sid|session|sess|sessionid|session_id|jsessionid|phpsessid|asp\.net_sessionid|auth|authtoken|access_token|ticket)$|^aspsessionid|^jsessionid|^phpsessid|^\.aspxauth$|^\.aspnetcore\.cookies|_session$|^wordpress_logged_in/i

function isSessionCookie(name: string): boolean {
  return sessionCookie.test(name) && !/csrf|xsrf|flash/i.test(name)
}
