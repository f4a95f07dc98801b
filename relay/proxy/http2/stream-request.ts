import { Http2ServerRequest, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { type Destined, type RequestHead, readTunnelTarget, type Target } from '../../traffic/index.ts'
import { StreamAnswer } from './stream-answer.ts'
import { readStreamHead } from './stream-head.ts'

/** A request that came on a stream of HTTP/2. */
export interface StreamRequest {
  readonly req: Http2ServerRequest
  readonly res: StreamAnswer
  readonly stream: ServerHttp2Stream
  /** A string says why it is refused. */
  readonly read: { readonly head: RequestHead; readonly target: Target; readonly isWebSocket: boolean } | string
}

/** `place`: where the tunnel leads that the stream is in. */
export function readStreamRequest(
  { stream, headers, raw, endsWithHead }: { stream: ServerHttp2Stream; headers: IncomingHttpHeaders; raw: readonly string[]; endsWithHead: boolean },
  place: Destined,
): StreamRequest {
  const streamHead = readStreamHead(raw, endsWithHead)
  const isWebSocket = typeof streamHead !== 'string' && streamHead.isWebSocket
  // To the site a WebSocket is an upgrade, which is asked for by GET (RFC 8441 section 5).
  const req = new Http2ServerRequest(stream, isWebSocket ? { ...headers, ':method': 'GET' } : headers, {}, raw)
  const message = { req, res: new StreamAnswer(stream, req), stream }
  if (typeof streamHead === 'string') return { ...message, read: streamHead }
  const { head, path } = streamHead
  const target = readTunnelTarget(path, head.host, place)
  return { ...message, read: typeof target === 'string' ? target : { head, target, isWebSocket } }
}
