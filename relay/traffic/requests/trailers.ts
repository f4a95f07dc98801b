import { addressField, isOtherMethodField } from '../../control/index.ts'
import { fieldValue, token } from '../../outbound/index.ts'

/**
 * RFC 9110 section 6.5.1: what is about framing, routing, authentication, content or the handling of the message has no place behind it;
 * nor has what a browser acts by. Cookies stay in the relay.
 */
const forbidden = new Set(
  `content-length transfer-encoding trailer te connection keep-alive upgrade http2-settings host via forwarded origin referer
  cache-control expect max-forwards pragma range authorization www-authenticate authentication-info cookie cookie2 set-cookie set-cookie2
  content-encoding content-type content-range content-location content-language content-disposition content-security-policy
  content-security-policy-report-only age date expires location retry-after vary warning refresh link alt-svc strict-transport-security clear-site-data
  traceparent tracestate`.split(/\s+/),
)
const forbiddenKinds = /^(?:if-|proxy-|x-forwarded-|access-control-|cross-origin-|sec-|login-relay-)/

/** What both sides are known to take; over it a client of HTTP/2 may end the whole connection. Names and values in characters. */
const [mostFields, mostCharacters] = [64, 16_384]

/** Of the trailer fields of a request, as below. Some servers add them to its head, where one may name another address or method than what was allowed. */
export function passableRequestTrailers(raw: readonly string[]): [name: string, value: string][] {
  return passableTrailers(raw).filter(([name]) => !addressField.test(name) && !isOtherMethodField(name))
}

/** Of the trailer fields of a message, flat, those that go on, either way; of more than anybody sends, none. */
export function passableTrailers(raw: readonly string[]): [name: string, value: string][] {
  const passed: [string, string][] = []
  let size = 0
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [raw[i] as string, raw[i + 1] as string]
    if (!isPassable(name, value)) continue
    size += name.length + value.length
    if (passed.push([name, value]) > mostFields || size > mostCharacters) return []
  }
  return passed
}

function isPassable(name: string, value: string): boolean {
  const lower = name.toLowerCase()
  return token.test(name) && fieldValue.test(value) && !forbidden.has(lower) && !forbiddenKinds.test(lower)
}
