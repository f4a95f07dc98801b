import type { HandedCookie } from '../../sessions/index.ts'

/** What a claimed session holds. */
export interface ClaimedSession {
  readonly account: string
  readonly site: string
  readonly landingUrl: string
  readonly cookies: readonly HandedCookie[]
}

/** Closed set of output forms. */
export const formats = ['netscape', 'playwright', 'json', 'header'] as const
export type Format = (typeof formats)[number]

/** The session in the form a tool reads. */
export function formatSession(session: ClaimedSession, format: Format): string {
  switch (format) {
    case 'netscape':
      return netscape(session.cookies)
    case 'playwright':
      return `${JSON.stringify(storageState(session.cookies), null, 2)}\n`
    case 'json':
      return `${JSON.stringify(session, null, 2)}\n`
    case 'header':
      return `Cookie: ${cookieHeader(session.cookies, new URL(session.landingUrl))}\n`
  }
}

/**
 * The cookie file of curl and wget: seven fields parted by tabs; `#HttpOnly_` before the domain is curl's mark.
 * Field 2 says whether subdomains get the cookie; expiry 0 means until the session ends.
 */
function netscape(cookies: readonly HandedCookie[]): string {
  const lines = cookies
    .filter(fitsALine)
    .map(({ name, value, domain, hostOnly, path, secure, httpOnly, expires }) =>
      [`${httpOnly ? '#HttpOnly_' : ''}${hostOnly ? '' : '.'}${domain}`, yes(!hostOnly), path, yes(secure), String(Math.floor(expires ?? 0)), name, value].join(
        '\t',
      ),
    )
  return ['# Netscape HTTP Cookie File', ...lines, ''].join('\n')
}

/** The form has no escapes: what holds a tab, or has no name, cannot be said in it. */
function fitsALine({ name, value, path }: HandedCookie): boolean {
  return name !== '' && !/[\t\r\n]/.test(name + value + path)
}

function yes(condition: boolean): string {
  return condition ? 'TRUE' : 'FALSE'
}

/** Playwright's `storageState`: -1 for a session cookie, a leading dot where subdomains get it too. */
function storageState(cookies: readonly HandedCookie[]) {
  return {
    cookies: cookies.map(({ name, value, domain, hostOnly, path, secure, httpOnly, sameSite, expires }) => ({
      name,
      value,
      domain: hostOnly ? domain : `.${domain}`,
      path,
      expires: expires ?? -1,
      httpOnly,
      secure,
      sameSite: sameSite ?? 'Lax',
    })),
    origins: [],
  }
}

/** The Cookie header for one address (RFC 6265 section 5.4): longer paths first. */
function cookieHeader(cookies: readonly HandedCookie[], url: URL): string {
  return cookies
    .filter((cookie) => goesTo(cookie, url))
    .sort((a, b) => b.path.length - a.path.length)
    .map(({ name, value }) => (name === '' ? value : `${name}=${value}`))
    .join('; ')
}

function goesTo({ domain, hostOnly, path, secure }: HandedCookie, url: URL): boolean {
  const hostFits = url.hostname === domain || (!hostOnly && url.hostname.endsWith(`.${domain}`))
  const pathFits = url.pathname === path || (url.pathname.startsWith(path) && (path.endsWith('/') || url.pathname[path.length] === '/'))
  return hostFits && pathFits && (!secure || url.protocol === 'https:')
}
