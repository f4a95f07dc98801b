import type { Cookie } from 'playwright-core'
import type { CookieJar, StoredCookie } from '../cookies/index.ts'

/** The last second of the year 9999: browsers take no later date. */
const latest = 253_402_300_799

type NewCookie = Omit<Cookie, 'partitionKey'>

/** The jar's cookies as the browser takes them. */
export function cookiesFor(jar: CookieJar): NewCookie[] {
  return jar.cookies().map(({ name, value, domain, hostOnly, path, secure, httpOnly, sameSite, expires }) => ({
    name,
    value,
    domain: hostOnly ? domain : `.${domain}`,
    path,
    secure,
    httpOnly,
    sameSite: sameSite ?? 'Lax',
    expires: expires === undefined ? -1 : Math.min(expires, latest),
  }))
}

/** Brings into the jar what scripts have done to the browser's cookies: the answers of the site it has seen itself. */
export function syncJar(jar: CookieJar, present: readonly Cookie[]): void {
  const known = new Map(jar.cookies().map((cookie) => [keyOf(cookie), cookie]))
  for (const cookie of present) {
    const before = known.get(keyOf(cookie))
    known.delete(keyOf(cookie))
    if (before?.value !== cookie.value) jar.set(lineOf(cookie), addressOf(cookie))
  }
  for (const gone of known.values()) {
    const cookie = { ...gone, domain: gone.hostOnly ? gone.domain : `.${gone.domain}`, expires: 0, sameSite: gone.sameSite ?? ('Lax' as const) }
    jar.set(lineOf(cookie), addressOf(cookie))
  }
}

function keyOf({ name, domain, path }: Pick<StoredCookie, 'name' | 'domain' | 'path'>): string {
  return `${domain.replace(/^\./, '')} ${path} ${name}`
}

function lineOf({ name, value, domain, path, expires, httpOnly, secure, sameSite }: NewCookie): string {
  const parts = [`${name}=${value}`, `Path=${path}`]
  if (domain.startsWith('.')) parts.push(`Domain=${domain.slice(1)}`)
  if (expires >= 0) parts.push(`Expires=${new Date(expires * 1000).toUTCString()}`)
  if (httpOnly) parts.push('HttpOnly')
  if (secure) parts.push('Secure')
  if (sameSite !== 'Lax') parts.push(`SameSite=${sameSite}`)
  return parts.join('; ')
}

function addressOf({ domain, path, secure }: Pick<NewCookie, 'domain' | 'path' | 'secure'>): URL {
  return new URL(path, `${secure ? 'https' : 'http'}://${domain.replace(/^\./, '')}`)
}
