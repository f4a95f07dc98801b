import type { Cookie } from 'tough-cookie'
import { pathMatches } from './cookie-path.ts'

/** A Cookie header longer than this makes requests that servers refuse. Bytes. */
const headerBytes = 16_384
const keptPaths = 500

/**
 * What one host gets, over one scheme, made ready: a header is asked for with every request the proxy passes. Good until a cookie
 * changes, or the first of them expires.
 */
export class HostCookies {
  readonly #cookies: readonly Cookie[]
  readonly #goodUntil: number
  readonly #headers = new Map<string, string>()

  /** `cookies`: all that match scheme and host. */
  constructor(cookies: readonly Cookie[], now: number) {
    // Longer paths first, then the older one (RFC 6265 section 5.4).
    this.#cookies = cookies
      .filter((cookie) => (cookie.expiryTime() ?? Number.POSITIVE_INFINITY) > now)
      .sort((a, b) => (b.path ?? '').length - (a.path ?? '').length || (a.creationIndex ?? 0) - (b.creationIndex ?? 0))
    this.#goodUntil = Math.min(...this.#cookies.map((cookie) => cookie.expiryTime() ?? Number.POSITIVE_INFINITY))
  }

  isGood(now: number): boolean {
    return now < this.#goodUntil
  }

  names(pathname: string): string[] {
    return this.#matching(pathname).map(({ key }) => key)
  }

  header(pathname: string): string {
    let header = this.#headers.get(pathname)
    if (header === undefined) {
      header = join(this.#matching(pathname))
      if (this.#headers.size >= keptPaths) this.#headers.clear()
      this.#headers.set(pathname, header)
    }
    return header
  }

  /** tough-cookie compares decoded paths; here they are as on the wire. */
  #matching(pathname: string): readonly Cookie[] {
    return this.#cookies.filter(({ path }) => pathMatches(pathname, path ?? '/'))
  }
}

/** As many pairs, in order, as the header may hold. */
function join(cookies: readonly Cookie[]): string {
  let header = ''
  for (const { key, value } of cookies) {
    const pair = key === '' ? value : `${key}=${value}`
    const longer = header === '' ? pair : `${header}; ${pair}`
    if (longer.length > headerBytes) break
    header = longer
  }
  return header
}
