import { type ClientHttp2Stream, constants } from 'node:http2'
import type { Readable } from 'node:stream'
import { RelayError } from '../../errors.ts'
import type { Http2Connection } from './http2-connection.ts'

export const headerTooLarge = "its answer's header is too large"

export type StreamFault =
  /** The site has not acted on the request, and says so or cannot have: it may be sent again. */
  | 'unprocessed'
  /** The site wants this request over HTTP/1.1 (RFC 9113 section 7, HTTP_1_1_REQUIRED). */
  | 'wants-http1'
  /** One side broke the rules of HTTP/2: the site may fare better over HTTP/1.1. */
  | 'broken'
  /** The stream ended, and nobody can say what the site did. */
  | 'lost'

/** A stream that ended without an answer. */
export class StreamFailure extends Error {
  readonly fault: StreamFault
  /** What the client is told when it is not sent again. */
  readonly error: RelayError
  /** The body as it can be sent again; undefined: it is gone. */
  readonly body: Readable | Buffer | null | undefined

  constructor(fault: StreamFault, error: RelayError, body: Readable | Buffer | null | undefined) {
    super(fault)
    this.fault = fault
    this.error = error
    this.body = body
  }
}

const { NGHTTP2_PROTOCOL_ERROR, NGHTTP2_FLOW_CONTROL_ERROR, NGHTTP2_FRAME_SIZE_ERROR, NGHTTP2_COMPRESSION_ERROR } = constants
const { NGHTTP2_INADEQUATE_SECURITY, NGHTTP2_HTTP_1_1_REQUIRED, NGHTTP2_ENHANCE_YOUR_CALM } = constants
const ofBrokenRules = new Set([
  NGHTTP2_PROTOCOL_ERROR,
  NGHTTP2_FLOW_CONTROL_ERROR,
  NGHTTP2_FRAME_SIZE_ERROR,
  NGHTTP2_COMPRESSION_ERROR,
  NGHTTP2_INADEQUATE_SECURITY,
])

/** What a stream that has closed without its answer's end stands for. `cause`: what node:http2 said, if anything. */
export function faultOf(stream: ClientHttp2Stream, connection: Http2Connection, cause: unknown): StreamFault {
  if (connection.isUnprocessed(stream)) return 'unprocessed'
  const { rstCode } = stream
  if (rstCode === NGHTTP2_HTTP_1_1_REQUIRED) return 'wants-http1'
  // The error of a connection is that of its streams: nghttp2 found what the site sent against the rules.
  const isOfConnection = cause instanceof Error && 'code' in cause && /^ERR_HTTP2_(?:ERROR|TOO_MANY_INVALID_FRAMES)$/.test(String(cause.code))
  return isOfConnection || ofBrokenRules.has(rstCode) ? 'broken' : 'lost'
}

/** The same as a person reads it. */
export function streamError(site: string, stream: ClientHttp2Stream, fault: StreamFault, cause: unknown): RelayError {
  const reason = reasonOf(stream, fault)
  return new RelayError('site_down', { params: { site, reason }, detail: `HTTP/2 ${fault}, code ${stream.rstCode}`, cause })
}

function reasonOf({ rstCode }: ClientHttp2Stream, fault: StreamFault): string {
  if (fault === 'unprocessed') return 'it refused the request'
  if (fault === 'broken') return 'its answer is not valid HTTP'
  // What Node says of a header section over the limit. From a site it would stand for too many requests.
  return rstCode === NGHTTP2_ENHANCE_YOUR_CALM ? headerTooLarge : 'it closed the connection'
}
