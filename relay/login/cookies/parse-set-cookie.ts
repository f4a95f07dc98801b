import { Cookie } from 'tough-cookie'

/**
 * One Set-Cookie line. Without a name (`Set-Cookie: test22`) it is kept as browsers keep it: RFC 6265bis section 5.6, steps 3 and 4;
 * RFC 6265, and tough-cookie with it, drops it. Undefined: nothing a browser would store.
 */
export function parseSetCookie(line: string): Cookie | undefined {
  // Control characters end the line for browsers (RFC 6265bis section 5.6, step 1).
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) return undefined
  const pairEnd = line.indexOf(';')
  const pair = (pairEnd === -1 ? line : line.slice(0, pairEnd)).trim()
  const equals = pair.indexOf('=')
  const nameless = equals === -1 || pair.slice(0, equals).trim() === ''
  if (!nameless) return Cookie.parse(line) ?? undefined
  const value = equals === -1 ? pair : pair.slice(equals + 1).trim()
  // A value that would read as a prefixed cookie is a forgery (RFC 6265bis section 5.7, step 22).
  if (value === '' || /^__(secure|host|http|host-http)-/i.test(value)) return undefined
  const cookie = Cookie.parse(`nameless=x${pairEnd === -1 ? '' : line.slice(pairEnd)}`)
  if (cookie === undefined) return undefined
  cookie.key = ''
  cookie.value = value
  return cookie
}
