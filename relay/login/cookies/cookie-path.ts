/** RFC 6265 section 5.1.4: the directory of the request's path. */
export function defaultPath(pathname: string): string {
  const lastSlash = pathname.lastIndexOf('/')
  return lastSlash <= 0 ? '/' : pathname.slice(0, lastSlash)
}

/** RFC 6265 section 5.1.4: identical, or a prefix that ends at a slash. Both as on the wire: `%20` is not a space. */
export function pathMatches(requestPath: string, cookiePath: string): boolean {
  if (requestPath === cookiePath) return true
  return requestPath.startsWith(cookiePath) && (cookiePath.endsWith('/') || requestPath[cookiePath.length] === '/')
}
