import { constants, performServerHandshake, type ServerHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { Destined } from '../../traffic/index.ts'
import { readStreamRequest, type StreamRequest } from './stream-request.ts'

/** Without any stream for this long a connection ends. Milliseconds. */
const idleTimeout = 120_000
/** What a client may send before the site takes it: for one stream, and for all of a connection together. Bytes. */
const streamWindow = 1 << 20
const connectionWindow = 4 << 20

const options = {
  settings: { enableConnectProtocol: true, enablePush: false, maxConcurrentStreams: 128, maxHeaderListSize: 65_536, initialWindowSize: streamWindow },
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  // A server and what stands behind it may both say what is to be said once: it goes on as it came.
  strictSingleValueFields: false,
}

/**
 * A session whose SETTINGS were never acknowledged is held by node:http2's callback for them. What this leads to the connection, the
 * connection to the error that ended it, the error's stack to the native session, and that to the callback: none of it is ever freed.
 * Without its listeners a session that is over leads nowhere. It needs one for errors; this one holds nothing.
 */
const ignore = (): void => {}

/** Serves a connection on which the client speaks HTTP/2 (RFC 9113) inside a tunnel to this place, until it ends. */
export function serveHttp2(socket: Duplex, place: Destined, onRequest: (request: StreamRequest) => void): ServerHttp2Session {
  const session = performServerHandshake(socket, options)
  session.once('connect', () => session.setLocalWindowSize(connectionWindow))
  // Not the session's own timer: that outlives a session that was destroyed, and holds all of it until it fires.
  let streams = 0
  const idle = setTimeout(() => {
    if (streams === 0) session.close()
  }, idleTimeout)
  socket.once('close', () => clearTimeout(idle))
  // What breaks the protocol ends the connection (section 5.4.1); there is nobody to tell.
  session.on('error', () => socket.destroy())
  // A client that has gone ends its side only: connections of an HTTP server may be half open, those of HTTP/2 never are.
  socket.once('end', () => session.destroy())
  session.once('close', () => session.removeAllListeners().on('error', ignore))
  session.on('stream', (stream, headers, flags, raw) => {
    streams += 1
    // A stream that breaks off is told by its `close`.
    stream.on('error', ignore).once('close', () => {
      streams -= 1
      idle.refresh()
    })
    onRequest(readStreamRequest({ stream, headers, raw, endsWithHead: (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0 }, place))
  })
  return session
}
