import { getDomain } from 'tldts'
import { Cookie, CookieJar as ToughJar } from 'tough-cookie'
import { isAddress, isTrustworthy } from './address.ts'
import { defaultPath, pathMatches } from './cookie-path.ts'
import { keepsItsPrefix } from './cookie-prefix.ts'
import { HostCookies } from './host-cookies.ts'
import { parseSetCookie } from './parse-set-cookie.ts'

/** A cookie with its attributes as RFC 6265 section 5.3 stores them. */
export interface StoredCookie {
  readonly name: string
  /** As it came: a character a byte. */
  readonly value: string
  /** Without a leading dot. */
  readonly domain: string
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: 'Strict' | 'Lax' | 'None' | undefined
  /** Seconds since 1970; undefined: until the browser closes. */
  readonly expires: number | undefined
}

export interface CookieChange {
  readonly name: string
  readonly change: 'set' | 'changed' | 'removed'
}

/** Bounds that browsers keep too: a cookie bomb fills nothing and makes no request that a server refuses. */
const limits = { perDomain: 180, cookieBytes: 4096, keptChanges: 1000 }

/**
 * The cookies of one site session. Storing and domain rules are tough-cookie's; what it does otherwise than browsers is mended here:
 * cookies without a name are kept, bytes are never trimmed off a value, a Max-Age ends though the cookie is in use, paths are compared
 * as they stand on the wire, undecoded (RFC 6265 section 5.1.4).
 *
 * Values are latin1 strings, a character a byte, as they came and as they go back.
 */
export class CookieJar {
  readonly #jar: ToughJar
  readonly #changes: CookieChange[] = []
  #dropped = 0
  /** By scheme and host. */
  readonly #ready = new Map<string, HostCookies>()

  private constructor(jar: ToughJar) {
    this.#jar = jar
  }

  static create(): CookieJar {
    return new CookieJar(new ToughJar(undefined, { rejectPublicSuffixes: true, allowSpecialUseDomain: true, prefixSecurity: 'unsafe-disabled' }))
  }

  static restore(serialised: string): CookieJar {
    const jar = CookieJar.create()
    for (const json of JSON.parse(serialised) as unknown[]) {
      const cookie = Cookie.fromJSON(json)
      if (cookie !== undefined && cookie.domain !== null) jar.#jar.store.putCookie(cookie, () => {})
    }
    return jar
  }

  serialise(): string {
    return JSON.stringify(this.#live().map((cookie) => ({ ...cookie.toJSON(), lastAccessed: undefined })))
  }

  /** Takes one Set-Cookie line of an answer from this address; false: refused by a rule. */
  set(line: string, url: URL): boolean {
    if (line.length > limits.cookieBytes * 2) return false
    const cookie = parseSetCookie(line)
    if (cookie === undefined || cookie.key.length + cookie.value.length > limits.cookieBytes) return false
    const host = url.hostname
    if (cookie.domain !== null && standsForItself(cookie.domain, host)) cookie.domain = null
    if (cookie.domain?.includes('.') === false || !keepsItsPrefix(cookie)) return false
    if (cookie.path === null) cookie.path = defaultPath(url.pathname)
    if (!isTrustworthy(url) && (cookie.secure || this.#wouldOverlaySecure(cookie, host))) return false
    const known = this.#find(cookie, host)
    if (known === undefined && !isExpired(cookie) && !this.#hasRoomFor(cookie.domain ?? host)) return false
    const stored = this.#jar.setCookieSync(cookie, url.href, { ignoreError: true, http: true })
    if (stored === undefined) return false
    if (isExpired(cookie)) this.#remove(cookie)
    this.#note(cookie, known)
    return true
  }

  /** The Cookie header for a request to this address, '' for none. */
  header(url: URL): string {
    return this.#readyFor(url).header(url.pathname)
  }

  /** Names of the cookies that would go to this address. */
  names(url: URL): readonly string[] {
    return this.#readyFor(url).names(url.pathname)
  }

  cookies(): readonly StoredCookie[] {
    return this.#live().map((cookie) => ({
      name: cookie.key,
      value: cookie.value,
      domain: cookie.domain ?? '',
      hostOnly: cookie.hostOnly === true,
      path: cookie.path ?? '/',
      secure: cookie.secure,
      httpOnly: cookie.httpOnly,
      sameSite: sameSite(cookie.sameSite),
      expires: expirySeconds(cookie),
    }))
  }

  /** A place in the history of changes. */
  mark(): number {
    return this.#dropped + this.#changes.length
  }

  changesSince(mark: number): readonly CookieChange[] {
    return this.#changes.slice(Math.max(0, mark - this.#dropped))
  }

  #readyFor(url: URL): HostCookies {
    const now = Date.now()
    const place = `${url.protocol}//${url.hostname}`
    let ready = this.#ready.get(place)
    if (ready === undefined || !ready.isGood(now)) {
      ready = new HostCookies(this.#jar.getCookiesSync(url.href, { allPaths: true, http: true, expire: false }), now)
      this.#ready.set(place, ready)
    }
    return ready
  }

  /** All that have not expired, oldest first. Those that have are let go. */
  #live(): Cookie[] {
    let all: Cookie[] = []
    this.#jar.store.getAllCookies((_error, cookies) => {
      all = cookies ?? []
    })
    const live = all.filter((cookie) => !isExpired(cookie))
    if (live.length < all.length) for (const cookie of all) if (isExpired(cookie)) this.#remove(cookie)
    return live
  }

  #remove({ domain, path, key }: Cookie): void {
    this.#jar.store.removeCookie(domain, path, key, () => {})
  }

  #find(cookie: Cookie, host: string): Cookie | undefined {
    const domain = cookie.canonicalizedDomain() ?? host
    return this.#live().find((other) => other.key === cookie.key && other.domain === domain && other.path === cookie.path)
  }

  /** A page without TLS must not shadow a Secure cookie (RFC 6265bis section 5.7, step 16). */
  #wouldOverlaySecure(cookie: Cookie, host: string): boolean {
    return this.#live().some(
      (other) =>
        other.secure &&
        other.key === cookie.key &&
        (host === other.domain || host.endsWith(`.${other.domain}`) || other.domain?.endsWith(`.${cookie.domain ?? host}`) === true) &&
        pathMatches(cookie.path ?? '/', other.path ?? '/'),
    )
  }

  /** When a site's share is full, new cookies are refused, where browsers drop old ones: the session is among the old ones, and is what the relay keeps. */
  #hasRoomFor(domain: string): boolean {
    const site = siteOf(domain)
    return this.#live().filter((other) => siteOf(other.domain ?? '') === site).length < limits.perDomain
  }

  #note(cookie: Cookie, known: Cookie | undefined): void {
    const gone = isExpired(cookie)
    if (gone && known === undefined) return
    // The same value with other attributes is nothing a sign-in would show by, but it may go to other places.
    this.#ready.clear()
    if (!gone && known?.value === cookie.value) return
    this.#changes.push({ name: cookie.key, change: gone ? 'removed' : known === undefined ? 'set' : 'changed' })
    if (this.#changes.length > limits.keptChanges) {
      this.#changes.shift()
      this.#dropped += 1
    }
  }
}

/** A Domain attribute that names the host itself where no domain can be: an address, or a public suffix such as `intranet`. The cookie is the host's alone then (RFC 6265 section 5.3, step 5). */
function standsForItself(domain: string, host: string): boolean {
  const named = domain.replace(/^\./, '').toLowerCase()
  return named === '' || (named === host && (isAddress(host) || registrable(host) === null))
}

function registrable(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true })
}

function siteOf(host: string): string {
  return registrable(host) ?? host
}

function isExpired(cookie: Cookie): boolean {
  const expiry = cookie.expiryTime()
  return expiry !== undefined && expiry <= Date.now()
}

function expirySeconds(cookie: Cookie): number | undefined {
  const expiry = cookie.expiryTime()
  return expiry === undefined || !Number.isFinite(expiry) ? undefined : Math.floor(expiry / 1000)
}

function sameSite(value: string | undefined): StoredCookie['sameSite'] {
  switch (value?.toLowerCase()) {
    case 'strict':
      return 'Strict'
    case 'lax':
      return 'Lax'
    case 'none':
      return 'None'
    default:
      return undefined
  }
}
