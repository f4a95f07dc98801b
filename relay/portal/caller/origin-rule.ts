export interface OriginFacts {
  readonly origin: string | undefined
  readonly secFetchSite: string | undefined
  readonly host: string | undefined
  /** What the portal itself speaks. */
  readonly scheme: 'http' | 'https'
  /** Origin of the portal's public address. */
  readonly publicOrigin: string
}

/**
 * Does a request that changes something come from the portal's own page? Browsers say where it comes from in `Origin` and `Sec-Fetch-Site`
 * (Fetch Metadata); what either says otherwise is refused. A client that sends neither is no browser of today, and the CSRF token alone decides.
 */
export function isFromOwnPage({ origin, secFetchSite, host, scheme, publicOrigin }: OriginFacts): boolean {
  if (secFetchSite !== undefined && secFetchSite !== 'same-origin' && secFetchSite !== 'none') return false
  if (origin === undefined) return true
  if (origin === publicOrigin) return true
  // Reached under another of its own names (host-rule.ts has checked it).
  return host !== undefined && origin === `${scheme}://${host}`
}
