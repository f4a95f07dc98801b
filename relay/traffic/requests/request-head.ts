import { isRelayCookie } from './relay-cookies.ts'

/** What the proxy needs of a request's header section, read once; and the fields it sends on. */
export interface RequestHead {
  /** Flat name, value: end-to-end fields in their order and spelling, with Content-Length, without Host, Cookie and the relay's own. */
  readonly fields: string[]
  readonly host: string | undefined
  /** Of several lines, joined (RFC 9113 8.2.3 gives the form). '' for none. */
  readonly cookie: string
  readonly proxyAuthorization: string | undefined
  /** `Login-Relay-Account`. */
  readonly account: string | undefined
  /** Undefined: none was given. */
  readonly contentLength: number | undefined
  readonly chunked: boolean
  /** The client waits for 100 before it sends the body. */
  readonly expectsContinue: boolean
  /** It takes trailer fields behind the answer (RFC 9110 section 10.1.4). */
  readonly takesTrailers: boolean
  /** The Upgrade field, lower case, when Connection names it. */
  readonly upgrade: string | undefined
  /** Shown to a person, not read by a tool. */
  readonly isNavigation: boolean
  /** The page's origin, where a browser says it. */
  readonly origin: string | undefined
  /** Sec-Fetch-Site and Sec-Fetch-Dest (W3C Fetch Metadata). */
  readonly fetchSite: string | undefined
  readonly fetchDest: string | undefined
}

/** More fields than any client sends; what is over Node's own limit would be dropped silently. */
const maxFields = 256

/** RFC 9110 7.6.1: what stays on one hop, beside what Connection names. */
const hopByHop = new Set(['keep-alive', 'proxy-connection', 'trailer', 'proxy-authenticate', 'proxy-authentication-info', 'http2-settings'])

// Without leading zeros: some recipients read those as octal.
const digits = /^(?:0|[1-9]\d{0,14})$/
const ownPseudonym = /(?:^|[\s,])login-relay(?:[\s,(]|$)/i
const trailersWanted = /(?:^|,)[ \t]*trailers[ \t]*(?:[,;]|$)/i
const htmlWanted = /text\/html|application\/xhtml\+xml/

/** The name by which this proxy stands in Via (RFC 9110 7.6.3). */
export const via = '1.1 login-relay'

/**
 * Reads a header section as it came, or says why it is refused. Node's parser has refused what is not HTTP; this refuses what two
 * recipients could read differently (RFC 9112 sections 3.2, 6.1, 6.3, 11.2).
 */
export function readRequestHead(raw: readonly string[], httpVersion: string): RequestHead | string {
  // A stream of HTTP/2 is `h2`: '2.0' is what a request line of HTTP/1 may say, and lie.
  if (httpVersion !== '1.1' && httpVersion !== '1.0' && httpVersion !== 'h2') return 'the protocol version is not HTTP/1.0, 1.1 or 2'
  if (raw.length > maxFields * 2) return 'it has too many header fields'
  const fields: string[] = []
  let host: string | undefined
  let cookie = ''
  let proxyAuthorization: string | undefined
  let account: string | undefined
  let contentLength: number | undefined
  let chunked = false
  let expectsContinue = false
  let takesTrailers = false
  let upgrade: string | undefined
  let connection = ''
  let accept = ''
  let fetchMode: string | undefined
  let fetchSite: string | undefined
  let fetchDest: string | undefined
  let origin: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    const lower = name.toLowerCase()
    switch (lower) {
      case 'host':
        if (host !== undefined) return 'it has several Host fields'
        host = value
        break
      case 'content-length':
        if (contentLength !== undefined) return 'it has several Content-Length fields'
        if (!digits.test(value)) return 'its Content-Length is not a number'
        contentLength = Number(value)
        fields.push(name, value)
        break
      case 'transfer-encoding':
        if (chunked || value.toLowerCase() !== 'chunked') return 'its Transfer-Encoding is not exactly chunked'
        chunked = true
        break
      case 'connection':
        connection = connection === '' ? value : `${connection},${value}`
        break
      case 'upgrade':
        upgrade = value.toLowerCase()
        break
      case 'proxy-authorization':
        if (proxyAuthorization !== undefined) return 'it has several Proxy-Authorization fields'
        proxyAuthorization = value
        break
      case 'expect':
        expectsContinue = true
        break
      case 'te':
        takesTrailers ||= trailersWanted.test(value)
        break
      case 'cookie':
        cookie = cookie === '' ? value : `${cookie}; ${value}`
        break
      case 'via':
        // RFC 9110 7.6.3: a proxy that meets its own pseudonym is in a loop.
        if (ownPseudonym.test(value)) return 'it has passed through this relay before'
        fields.push(name, value)
        break
      case 'accept':
        accept = value
        fields.push(name, value)
        break
      case 'sec-fetch-mode':
        fetchMode = value
        fields.push(name, value)
        break
      case 'sec-fetch-site':
        fetchSite = value
        fields.push(name, value)
        break
      case 'sec-fetch-dest':
        fetchDest = value
        fields.push(name, value)
        break
      case 'origin':
        origin = value
        fields.push(name, value)
        break
      default:
        if (hopByHop.has(lower)) break
        if (lower.startsWith('login-relay-')) {
          if (lower === 'login-relay-account') account = value
          break
        }
        fields.push(name, value)
    }
  }
  if (chunked && contentLength !== undefined) return 'it has both Content-Length and Transfer-Encoding'
  // RFC 9112 6.1: HTTP/1.0 knows no transfer coding.
  if (chunked && httpVersion === '1.0') return 'it has Transfer-Encoding in HTTP/1.0'
  // RFC 9112 3.2: Host is due in HTTP/1.1.
  if (host === undefined && httpVersion === '1.1') return 'it has no Host field'
  const named = connectionOptions(connection)
  return {
    fields: named === undefined ? fields : withoutNamed(fields, named),
    host,
    cookie: withoutPortalCookies(cookie),
    proxyAuthorization,
    account,
    contentLength,
    chunked,
    expectsContinue,
    takesTrailers,
    upgrade: named?.has('upgrade') ? upgrade : undefined,
    isNavigation: fetchMode === undefined ? htmlWanted.test(accept) : fetchMode === 'navigate',
    origin,
    fetchSite,
    fetchDest,
  }
}

/** Does a body come after it? */
export function hasContent({ chunked, contentLength = 0 }: RequestHead): boolean {
  return chunked || contentLength > 0
}

/** The fields that a Connection value names; undefined for the usual two words. */
export function connectionOptions(value: string): Set<string> | undefined {
  if (value === '' || value === 'keep-alive' || value === 'close') return undefined
  return new Set(
    value
      .toLowerCase()
      .split(',')
      .map((option) => option.trim()),
  )
}

function withoutNamed(fields: string[], named: ReadonlySet<string>): string[] {
  return fields.filter((_, i) => !named.has((fields[i & ~1] as string).toLowerCase()))
}

/**
 * Cookies know no port (RFC 6265 section 8.5): where a site shares the portal's host name, the browser sends the portal's own
 * cookies along, and at the gateway its own. They are the person's session at the relay, or a paired terminal's token, and go nowhere else.
 */
function withoutPortalCookies(cookie: string): string {
  if (!cookie.includes('login-relay')) return cookie
  return cookie
    .split(';')
    .filter((pair) => !isRelayCookie(pair))
    .join(';')
    .trim()
}
