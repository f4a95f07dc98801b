const own = /^[ \t]*=?[ \t]*(?:__Host-)?login-relay(?:-[a-z]+)?[ \t]*(?:=|;|$)/i

/**
 * Whether `NAME=VALUE` is a cookie of the relay's own: the portal's, the gateway's, a paired terminal's. The whole family of names is the
 * relay's, so that a new one neither leaks nor is set by a site by itself.
 */
export function isRelayCookie(pair: string): boolean {
  return own.test(pair)
}
