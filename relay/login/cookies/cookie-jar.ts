import { getDomain } from 'tldts'
import { Cookie, CookieJar as ToughJar } from 'tough-cookie'
import { isAddress } from './address.ts'
import { defaultPath, pathMatches } from './cookie-path.ts'
import { parseSetCookie } from './parse-set-cookie.ts'

/** A cookie with its attributes as RFC 6265 section 5.3 stores them. */
export interface StoredCookie {
  readonly name: string
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
const limits = { perDomain: 180, cookieBytes: 4096, headerBytes: 16_384, keptChanges: 1000 }

/**
 * The cookies of one site session. Storing and domain rules are tough-cookie's; what it does otherwise than browsers is
 * mended here: cookies without a name are kept, and paths are compared as they stand on the wire, undecoded (RFC 6265 section 5.1.4).
 *
 * Values are latin1 strings, a character a byte, as they came and as they go back.
 */
export class CookieJar {
  readonly #jar: ToughJar
  readonly #changes: CookieChange[] = []
  #dropped = 0
  /** Headers already made, by scheme, host and path; void when a cookie changes or the earliest one expires. */
  readonly #headers = new Map<string, string>()
  #headersGoodUntil = Number.POSITIVE_INFINITY

  private constructor(jar: ToughJar) {
    this.#jar = jar
  }

  static create(): CookieJar {
    return new CookieJar(new ToughJar(undefined, { rejectPublicSuffixes: true, allowSpecialUseDomain: true, prefixSecurity: 'silent' }))
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
    return JSON.stringify(this.#all().map((cookie) => ({ ...cookie.toJSON(), creation: cookie.creation, lastAccessed: undefined })))
  }

  /** Takes one Set-Cookie line of an answer from this address; false: refused by a rule. */
  set(line: string, url: URL): boolean {
    if (line.length > limits.cookieBytes * 2) return false
    const cookie = parseSetCookie(line)
    if (cookie === undefined || cookie.key.length + cookie.value.length > limits.cookieBytes) return false
    const host = url.hostname
    if (cookie.domain !== null && standsForItself(cookie.domain, host)) cookie.domain = null
    // RFC 6265bis section 4.1.3.2: a __Host- cookie names Path=/ itself; the default does not do.
    if (/^__host-/i.test(cookie.key) && cookie.path !== '/') return false
    if (cookie.path === null || !cookie.path.startsWith('/')) cookie.path = defaultPath(url.pathname)
    if (cookie.secure && url.protocol !== 'https:') return false
    const known = this.#find(cookie, host)
    if (url.protocol !== 'https:' && this.#wouldOverlaySecure(cookie, host)) return false
    if (known === undefined && !isExpired(cookie) && this.#countFor(cookie.domain ?? host) >= limits.perDomain) return false
    const stored = this.#jar.setCookieSync(cookie, url.href, { ignoreError: true, http: true })
    if (stored === undefined) return false
    this.#note(cookie, known)
    return true
  }

  /** The Cookie header for a request to this address, '' for none. */
  header(url: URL): string {
    const now = Date.now()
    if (now >= this.#headersGoodUntil) this.#forgetHeaders()
    const place = `${url.protocol}//${url.hostname}${url.pathname}`
    let header = this.#headers.get(place)
    if (header === undefined) {
      header = fit(this.#matching(url).map(({ key, value }) => (key === '' ? value : `${key}=${value}`)))
      if (this.#headers.size >= 500) this.#headers.clear()
      this.#headers.set(place, header)
    }
    return header
  }

  /** Names of the cookies that would go to this address. */
  names(url: URL): readonly string[] {
    return this.#matching(url).map(({ key }) => key)
  }

  cookies(): readonly StoredCookie[] {
    return this.#all()
      .filter((cookie) => !isExpired(cookie))
      .map((cookie) => ({
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

  #all(): Cookie[] {
    let all: Cookie[] = []
    this.#jar.store.getAllCookies((_error, cookies) => {
      all = cookies ?? []
    })
    return all
  }

  /** tough-cookie compares decoded paths, so every path is asked for and compared here. */
  #matching(url: URL): Cookie[] {
    const found = this.#jar.getCookiesSync(url.href, { allPaths: true, http: true, expire: false }).filter(({ path }) => pathMatches(url.pathname, path ?? '/'))
    for (const cookie of found) {
      const expiry = cookie.expiryTime()
      if (expiry !== undefined && expiry > Date.now()) this.#headersGoodUntil = Math.min(this.#headersGoodUntil, expiry)
    }
    // Longer paths first, then the older one (RFC 6265 section 5.4).
    return found
      .filter((cookie) => !isExpired(cookie))
      .sort((a, b) => (b.path ?? '').length - (a.path ?? '').length || (a.creationIndex ?? 0) - (b.creationIndex ?? 0))
  }

  #find(cookie: Cookie, host: string): Cookie | undefined {
    const domain = cookie.canonicalizedDomain() ?? host
    return this.#all().find((other) => other.key === cookie.key && other.domain === domain && other.path === cookie.path)
  }

  /** A page without TLS must not shadow a Secure cookie (RFC 6265bis section 5.7, step 16). */
  #wouldOverlaySecure(cookie: Cookie, host: string): boolean {
    return this.#all().some(
      (other) =>
        other.secure &&
        other.key === cookie.key &&
        (host === other.domain || host.endsWith(`.${other.domain}`) || other.domain?.endsWith(`.${cookie.domain ?? host}`) === true) &&
        pathMatches(cookie.path ?? '/', other.path ?? '/'),
    )
  }

  #countFor(domain: string): number {
    const site = getDomain(domain) ?? domain
    return this.#all().filter((other) => (getDomain(other.domain ?? '') ?? other.domain) === site).length
  }

  #note(cookie: Cookie, known: Cookie | undefined): void {
    const gone = isExpired(cookie)
    if (gone && known === undefined) return
    if (!gone && known !== undefined && known.value === cookie.value) {
      // The same value with other attributes: nothing a sign-in would show by, but the headers may differ.
      this.#forgetHeaders()
      return
    }
    this.#changes.push({ name: cookie.key, change: gone ? 'removed' : known === undefined ? 'set' : 'changed' })
    if (this.#changes.length > limits.keptChanges) {
      this.#changes.shift()
      this.#dropped += 1
    }
    this.#forgetHeaders()
  }

  #forgetHeaders(): void {
    this.#headers.clear()
    this.#headersGoodUntil = Number.POSITIVE_INFINITY
  }
}

/** A Domain attribute that names the host itself where no domain can be: an address, or a public suffix such as `intranet`. The cookie is the host's alone then. */
function standsForItself(domain: string, host: string): boolean {
  const named = domain.replace(/^\./, '').toLowerCase()
  return named === '' || (named === host && (isAddress(host) || getDomain(host) === null))
}

function isExpired(cookie: Cookie): boolean {
  const expiry = cookie.expiryTime()
  return expiry !== undefined && expiry <= Date.now()
}

function expirySeconds(cookie: Cookie): number | undefined {
  const expiry = cookie.expiryTime()
  return expiry === undefined || !Number.isFinite(expiry) ? undefined : expiry / 1000
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

/** As many pairs, in order, as the header may hold. */
function fit(pairs: readonly string[]): string {
  let header = ''
  for (const pair of pairs) {
    const longer = header === '' ? pair : `${header}; ${pair}`
    if (longer.length > limits.headerBytes) break
    header = longer
  }
  return header
}
