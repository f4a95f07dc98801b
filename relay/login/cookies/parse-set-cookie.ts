import { Cookie } from 'tough-cookie'

// RFC 6265bis section 5.6: a longer attribute is ignored, not the cookie.
const longestAttribute = 1024
const latestDate = 8.64e15

/**
 * One Set-Cookie line, a character a byte. Name and value are kept byte for byte: only spaces and tabs are trimmed, where JavaScript's own
 * `trim` takes the last byte of a UTF-8 `à` with it. Attributes are read by tough-cookie. Undefined: nothing a browser would store.
 *
 * Without a name (`Set-Cookie: test22`) it is kept as browsers keep it: RFC 6265bis section 5.6, steps 3 and 4; RFC 6265, and
 * tough-cookie with it, drops it. Max-Age is turned into Expires: tough-cookie would count it anew at each use.
 */
export function parseSetCookie(line: string): Cookie | undefined {
  // RFC 6265bis section 5.6, step 1.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) return undefined
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = trim(pair.slice(0, Math.max(equals, 0)))
  const value = trim(pair.slice(equals + 1))
  if (name === '' && value === '') return undefined
  // Without a name, a value that reads as a prefixed cookie is a forgery (RFC 6265bis section 5.7, step 22).
  if (name === '' && /^__(secure|host|http|host-http)-/i.test(value)) return undefined
  const cookie = Cookie.parse(['name=value', ...attributes.filter(isShort)].join(';'))
  if (cookie === undefined) return undefined
  cookie.key = name
  cookie.value = value
  expireByDate(cookie)
  return cookie
}

function trim(text: string): string {
  return text.replace(/^[\t ]+/, '').replace(/(?<![\t ])[\t ]+$/, '')
}

function isShort(attribute: string): boolean {
  return attribute.slice(attribute.indexOf('=') + 1).length <= longestAttribute
}

/** RFC 6265 section 5.3, step 3: Max-Age counts from now, and before Expires. */
function expireByDate(cookie: Cookie): void {
  const { maxAge } = cookie
  if (maxAge === null) return
  const seconds = Number(maxAge)
  cookie.maxAge = null
  cookie.expires = new Date(seconds <= 0 ? 0 : Math.min(Date.now() + seconds * 1000, latestDate))
}
