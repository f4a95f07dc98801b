import { isRelayCookie } from '../requests/relay-cookies.ts'
import { connectionOptions } from '../requests/request-head.ts'

/** What the proxy needs of a site's answer, read once; and the fields it passes on. */
export interface ResponseHead {
  /** Flat name, value: end-to-end fields without Set-Cookie. */
  readonly fields: string[]
  readonly setCookies: string[]
  readonly location: string | undefined
  readonly contentType: string
  /** It announces trailer fields (RFC 9110 6.6.2). */
  readonly hasTrailers: boolean
  readonly hasLength: boolean
}

// Alt-Svc would lead a client around the proxy; Login-Relay-* are the relay's own words and not the site's to say.
const dropped = new Set([
  'keep-alive',
  'proxy-connection',
  'te',
  'upgrade',
  'http2-settings',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'alt-svc',
])

/** RFC 9110 7.6.1 for an answer. With a transfer coding a Content-Length says nothing (RFC 9112 6.3) and goes. */
export function readResponseHead(raw: readonly string[], status: number): ResponseHead {
  const fields: string[] = []
  const setCookies: string[] = []
  let location: string | undefined
  let contentType = ''
  let hasTrailers = false
  let connection = ''
  let lengthAt = -1
  let coded = status === 204
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    const lower = name.toLowerCase()
    switch (lower) {
      case 'set-cookie':
        // A site that stands at one host with the portal, or behind the gateway, would set another person's session.
        if (!isRelayCookie(value)) setCookies.push(value)
        continue
      case 'connection':
        connection = connection === '' ? value : `${connection},${value}`
        continue
      case 'transfer-encoding':
        coded = true
        continue
      case 'content-length':
        lengthAt = fields.length
        break
      case 'location':
        location = value
        break
      case 'content-type':
        contentType = value
        break
      case 'trailer':
        hasTrailers = true
        break
      default:
        if (dropped.has(lower) || lower.startsWith('login-relay-')) continue
    }
    fields.push(name, value)
  }
  if (coded && lengthAt >= 0) fields.splice(lengthAt, 2)
  const named = connectionOptions(connection)
  return {
    fields: named === undefined ? fields : fields.filter((_, i) => !named.has((fields[i & ~1] as string).toLowerCase())),
    setCookies,
    location,
    contentType,
    hasTrailers,
    hasLength: lengthAt >= 0 && !coded,
  }
}
