import type { Adapter, ResponseFacts, SignedOutSigns } from './contract.ts'

/** The question `isSignedOut` as an adapter's data answers it. Without any sign: a 401, or a redirect to the login page. */
export function signedOutBy(signs: SignedOutSigns): Adapter['isSignedOut'] {
  return (facts, { loginUrl }) => {
    // The login page itself, which may redirect to itself to set a cookie.
    if (facts.url.host === loginUrl.host && facts.url.pathname === loginUrl.pathname) return false
    const { status, redirectTo, removedCookies = [] } = isEmpty(signs) ? { status: [401], redirectTo: [loginUrl.pathname] } : signs
    return (
      (status?.includes(facts.status) ?? false) ||
      (redirectTo?.some((path) => redirectsTo(facts, path, loginUrl)) ?? false) ||
      facts.removedCookies.some((name) => removedCookies.includes(name))
    )
  }
}

function isEmpty({ status, redirectTo, removedCookies }: SignedOutSigns): boolean {
  return status === undefined && redirectTo === undefined && removedCookies === undefined
}

function redirectsTo({ status, location }: ResponseFacts, path: string, loginUrl: URL): boolean {
  if (location === undefined || status < 300 || status > 399 || location.host !== loginUrl.host) return false
  return path.endsWith('*') ? location.pathname.startsWith(path.slice(0, -1)) : location.pathname === path
}
