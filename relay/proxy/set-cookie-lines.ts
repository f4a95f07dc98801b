import { randomBytes } from 'node:crypto'
import type { Delivery } from '../accounts/index.ts'
import type { HandedCookie } from '../sessions/index.ts'
import type { Destined } from '../traffic/index.ts'

/**
 * The Set-Cookie lines (RFC 6265 4.1) by which a browser at this place takes over a session: the cookies that a host may set and use
 * there, attributes kept. With delivery `attach` the values are phantoms, worth nothing anywhere: the proxy puts the real ones in
 * their place on the way. A cookie that would break a header line is left out.
 */
export function setCookieLines(cookies: readonly HandedCookie[], place: Destined, delivery: Delivery): string[] {
  return cookies.filter((cookie) => belongs(cookie, place) && isWritable(cookie)).map((cookie) => lineOf(cookie, delivery))
}

/** Whether the browser at this host takes the cookie and sends it back there. */
function belongs({ domain, hostOnly, secure }: HandedCookie, { host, scheme }: Destined): boolean {
  if (secure && scheme !== 'https') return false
  return domain === host || (!hostOnly && host.endsWith(`.${domain}`))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not stand in a header line
const unfit = /[\u0000-\u001f\u007f;]|[^\u0000-\u00ff]/

function isWritable({ name, value, path, domain }: HandedCookie): boolean {
  return !unfit.test(value) && !unfit.test(path) && !unfit.test(domain) && !/[=;]/.test(name) && !unfit.test(name) && (name !== '' || value !== '')
}

function lineOf(cookie: HandedCookie, delivery: Delivery): string {
  const value = delivery === 'handoff' ? cookie.value : randomBytes(16).toString('base64url')
  const parts = [cookie.name === '' ? value : `${cookie.name}=${value}`, `Path=${cookie.path}`]
  if (!cookie.hostOnly) parts.push(`Domain=${cookie.domain}`)
  if (cookie.expires !== undefined) parts.push(`Expires=${new Date(cookie.expires * 1000).toUTCString()}`)
  if (cookie.secure) parts.push('Secure')
  if (cookie.httpOnly) parts.push('HttpOnly')
  if (cookie.sameSite !== undefined) parts.push(`SameSite=${cookie.sameSite}`)
  return parts.join('; ')
}
