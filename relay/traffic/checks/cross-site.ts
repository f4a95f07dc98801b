import { getDomain } from 'tldts'
import type { Site } from '../../accounts/index.ts'
import type { Destined } from '../requests/authority.ts'
import { fieldOf } from '../requests/field-of.ts'
import type { RequestHead } from '../requests/request-head.ts'

/**
 * Did a page of another site have the browser send this? Then the session is not attached, as a browser would not send its cookies
 * (RFC 6265bis 5.2, SameSite): the relay attaches to every request, so without this a page anywhere could act as the person at an
 * enrolled site. A person who follows a link is let through, as with SameSite=Lax. What is no browser says neither Origin nor
 * Sec-Fetch-Site and is not concerned.
 *
 * Sec-Fetch-Site browsers say to secure origins alone. Elsewhere the Origin field tells, which every unsafe request has; and of a safe one
 * the referrer, where the page sends one. Without it the site's own images and scripts look the same as those on another's page: then it is
 * let through, as told in SECURITY.md.
 */
export function isCrossSite(
  { origin, fetchSite, fetchDest, isNavigation, fields }: RequestHead,
  method: string,
  place: Destined,
  site: Pick<Site, 'origins'>,
): boolean {
  const isOwn = (page: string) => page === place.origin || site.origins.includes(page)
  if (origin !== undefined && isOwn(origin)) return false
  if (fetchSite === undefined) {
    if (origin !== undefined) return !isSameSite(origin, place)
    if (place.scheme === 'https' || isNavigation) return false
    const page = URL.parse(fieldOf(fields, 'referer'))?.origin
    return page !== undefined && !isOwn(page) && !isSameSite(page, place)
  }
  if (fetchSite !== 'cross-site') return false
  const followsLink = isNavigation && fetchDest === 'document' && (method === 'GET' || method === 'HEAD')
  return !followsLink
}

/** HTML standard, "schemefully same site". `null`, the origin of a sandboxed page, is no site's. */
function isSameSite(origin: string, { scheme, host }: Destined): boolean {
  const url = URL.parse(origin)
  return url !== null && url.protocol === `${scheme}:` && siteOf(url.hostname) === siteOf(host)
}

function siteOf(host: string): string {
  return getDomain(host, { allowPrivateDomains: true }) ?? host
}
