import type { Cookie } from 'tough-cookie'

/** Does a cookie have what its name's prefix promises, in whatever case the name is written (RFC 6265bis section 5.7, steps 20 and 21)? `cookie.domain` is null for its host alone. */
export function keepsItsPrefix({ key, secure, httpOnly, domain, path }: Cookie): boolean {
  const prefix = /^__(secure|host-http|http|host)-/i.exec(key)?.[1]?.toLowerCase()
  if (prefix === undefined) return true
  if (!secure) return false
  if (prefix.endsWith('http') && !httpOnly) return false
  // Path=/ is named in the line itself; the default does not do.
  return !prefix.startsWith('host') || (domain === null && path === '/')
}
