import type { HandedCookie } from '../../sessions/index.ts'
import type { Destined } from '../requests/authority.ts'

/**
 * The Set-Cookie lines (RFC 6265 4.1) by which a browser at this place takes cookies over: those that a host may set and use there,
 * attributes kept, each with the value that `valueFor` gives it; undefined: it is left out. So is a cookie that would break a header line.
 */
export function setCookieLines(
  cookies: readonly HandedCookie[],
  place: Pick<Destined, 'host' | 'scheme'>,
  valueFor: (cookie: HandedCookie) => string | undefined,
): string[] {
  return cookies.flatMap((cookie) => {
    const value = belongs(cookie, place) && isWritable(cookie) ? valueFor(cookie) : undefined
    return value === undefined ? [] : [lineOf(cookie, value)]
  })
}

/** Whether the browser at this host takes the cookie and sends it back there. */
function belongs({ domain, hostOnly, secure }: HandedCookie, { host, scheme }: Pick<Destined, 'host' | 'scheme'>): boolean {
  if (secure && scheme !== 'https') return false
  return domain === host || (!hostOnly && host.endsWith(`.${domain}`))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not stand in a header line
const unfit = /[\u0000-\u001f\u007f;]|[^\u0000-\u00ff]/

function isWritable({ name, value, path, domain }: HandedCookie): boolean {
  return !unfit.test(value) && !unfit.test(path) && !unfit.test(domain) && !/[=;]/.test(name) && !unfit.test(name) && (name !== '' || value !== '')
}

function lineOf(cookie: HandedCookie, value: string): string {
  const parts = [cookie.name === '' ? value : `${cookie.name}=${value}`, `Path=${cookie.path}`]
  if (!cookie.hostOnly) parts.push(`Domain=${cookie.domain}`)
  if (cookie.expires !== undefined) parts.push(`Expires=${new Date(cookie.expires * 1000).toUTCString()}`)
  if (cookie.secure) parts.push('Secure')
  if (cookie.httpOnly) parts.push('HttpOnly')
  if (cookie.sameSite !== undefined) parts.push(`SameSite=${cookie.sameSite}`)
  return parts.join('; ')
}
