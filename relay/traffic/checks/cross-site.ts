import { getDomain } from 'tldts'
import type { Site } from '../../accounts/index.ts'
import type { Destined } from '../requests/authority.ts'
import type { RequestHead } from '../requests/request-head.ts'

/**
 * Did a page of another site have the browser send this? Then the session is not attached, as a browser would not send its cookies
 * (RFC 6265bis 5.2, SameSite): the relay attaches to every request, so without this a page anywhere could act as the person at an
 * enrolled site. A person who follows a link is let through, as with SameSite=Lax. What is no browser says neither Origin nor
 * Sec-Fetch-Site and is not concerned.
 */
export function isCrossSite(
  { origin, fetchSite, fetchDest, isNavigation }: RequestHead,
  method: string,
  place: Destined,
  site: Pick<Site, 'origins'>,
): boolean {
  if (origin === undefined && fetchSite === undefined) return false
  if (origin !== undefined && (origin === place.origin || site.origins.includes(origin))) return false
  // Browsers say it to secure origins alone; elsewhere the Origin field tells, which every unsafe request has.
  if (fetchSite === undefined) return !isSameSite(origin as string, place)
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
