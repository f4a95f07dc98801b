/**
 * The gateway's cookies. `__Host-` (RFC 6265bis section 4.1.3.2): a page of another account, or of the portal, can neither read nor set them,
 * and nobody can over plain http. No script reads them.
 */
export type OwnCookie =
  /** A pass. */
  | '__Host-login-relay-gateway'
  /** Ties a hand-over to the browser that asked for it. */
  | '__Host-login-relay-way'

/** The value in a Cookie field; undefined: there is none, or more than one. */
export function readOwnCookie(cookieField: string | undefined, name: OwnCookie): string | undefined {
  const values = (cookieField ?? '').split(';').flatMap((pair) => {
    const equals = pair.indexOf('=')
    return pair.slice(0, equals).trim() === name ? [pair.slice(equals + 1).trim()] : []
  })
  return values.length === 1 && /^[A-Za-z0-9_-]{43}$/.test(values[0] as string) ? values[0] : undefined
}

/** Until the browser closes, or the relay ends what it stands for. */
export function ownCookieLine(name: OwnCookie, value: string): string {
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`
}
