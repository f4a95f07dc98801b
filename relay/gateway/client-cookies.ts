import type { SiteSession } from '../sessions/index.ts'

/**
 * Is this cookie of the site the browser's own business, and not its session's? One that scripts may read, by a name that the session does
 * not hold. All others stay in the relay: scripts could not see them either, or they are what the sign-in gave.
 */
export function isClientCookie(line: string, session: SiteSession, url: URL): boolean {
  if (/;[ \t]*httponly[ \t]*(?:;|$)/i.test(line)) return false
  const name = nameOf(line)
  return name !== '' && !isReserved(name) && !session.cookieNames(url).includes(name)
}

/** The same cookie for the gateway's host: for this host alone, over TLS alone, for no page of another site. */
export function clientCookieLine(line: string): string {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const kept = attributes.filter((attribute) => /^(?:path|expires|max-age)[ \t]*=/i.test(attribute))
  const sameSite = attributes.find((attribute) => /^samesite[ \t]*=[ \t]*strict$/i.test(attribute))
  return [pair, ...kept, 'Secure', sameSite ?? 'SameSite=Lax'].join('; ')
}

/**
 * Tokens against forged requests that a page's scripts read from a cookie and send in a header, as Angular and axios do: worth nothing
 * without the session. The browser is given a copy, where it has not the present one.
 */
export function tokenCookieLines(session: SiteSession, url: URL, clientCookies: string): string[] {
  const sent = session.cookieHeader(url).split('; ')
  const own = new Set(clientCookies.split(';').map((pair) => pair.trim()))
  const scripted = new Set(session.cookies().flatMap(({ name, httpOnly }) => (httpOnly ? [] : [name])))
  return sent
    .filter((pair) => scripted.has(nameOf(pair)) && /csrf|xsrf/i.test(nameOf(pair)) && !own.has(pair))
    .map((pair) => `${pair}; Path=/; Secure; SameSite=Lax`)
}

function nameOf(line: string): string {
  const pair = line.split(';')[0] as string
  const equals = pair.indexOf('=')
  return equals < 0 ? '' : pair.slice(0, equals).trim()
}

function isReserved(name: string): boolean {
  return name.toLowerCase().includes('login-relay')
}
