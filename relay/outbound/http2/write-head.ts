import { sensitiveHeaders } from 'node:http2'
import { RelayError } from '../../errors.ts'
import { token } from '../exchange/field-text.ts'

/** RFC 9113 section 8.2.2: what is about a connection of HTTP/1.1 has no place here; Host is :authority (section 8.3.1). */
const ofConnections = new Set(['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'http2-settings', 'te', 'host', 'expect'])
/** RFC 9113 section 8.2.1. Node delimits fields by NUL on their way to the encoder: such a value would be a field more. */
const unwritableValue = /[^\t\x20-\x7e\x80-\xff]/
const unwritablePath = /[^\x21-\x7e\x80-\xff]/

/** RFC 7541 section 7.1.3: never put into the table that all requests of a connection share, those of other people too. */
const secretField = /^cookie$|auth|token|session|csrf|xsrf|jwt|api-?key|secret|passw|credential|signature/

export interface WrittenRequest {
  readonly method: string
  readonly path: string
  /** Flat: name, value. */
  readonly headers: readonly string[]
  readonly takesTrailers?: boolean
}

/** The header section of a request, flat, as node:http2 takes it. `protocol`: of an extended CONNECT (RFC 8441). `bad_request` when it cannot be written. */
export function writeHead({ method, path, headers, takesTrailers = false }: WrittenRequest, authority: string, protocol?: string): string[] {
  if (!token.test(method) || unwritablePath.test(path)) throw unwritable()
  const secrets: string[] = []
  const written = [':method', method, ':scheme', 'https', ':authority', authority, ':path', path]
  if (protocol !== undefined) written.push(':protocol', protocol)
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase()
    const value = headers[i + 1] as string
    if (ofConnections.has(name)) continue
    if (!token.test(name) || unwritableValue.test(value)) throw unwritable()
    written.push(name, withoutSpace(value))
    if (secretField.test(name)) secrets.push(name)
  }
  // Section 8.2.2: the one value that it may have.
  if (takesTrailers) written.push('te', 'trailers')
  return Object.assign(written, { [sensitiveHeaders]: secrets })
}

/** RFC 9113 section 8.2.1: a value neither begins nor ends with a space or tab. Other spaces of Unicode are bytes here. */
function withoutSpace(value: string): string {
  const [first, last] = [value.charCodeAt(0), value.charCodeAt(value.length - 1)]
  return first === 0x20 || first === 0x09 || last === 0x20 || last === 0x09 ? value.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, '') : value
}

function unwritable(): RelayError {
  return new RelayError('bad_request', { params: { problem: 'it cannot be sent on as HTTP' } })
}
