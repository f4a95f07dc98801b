import { once } from 'node:events'
import { createSecureServer, type IncomingHttpHeaders, type SecureServerOptions, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { Test } from 'tap'
import type { Destination } from '../../../relay/outbound/index.ts'
import { acknowledged, frame as frameOf, frameType, onFrames, preface, type SeenFrame, settingsFrame } from '../../http2-frames.ts'
import { createTestAuthority } from '../certificates.ts'

export interface Http2Origin {
  /** https://site.test:PORT */
  readonly origin: string
  readonly site: Destination
  /** What was agreed on, a word a connection. */
  readonly agreed: readonly string[]
}

export type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]) => void

/** A site that speaks HTTP/2 by node:http2, and HTTP/1.1 when `allowHTTP1`, until the test ends. */
export async function startHttp2Origin(
  t: Test,
  onStream: OnStream,
  { onSession, ...options }: SecureServerOptions & { onSession?(session: ServerHttp2Session): void } = {},
): Promise<Http2Origin & { readonly sessions: readonly ServerHttp2Session[] }> {
  const authority = await createTestAuthority()
  const leaf = await authority.issue('site.test')
  const agreed: string[] = []
  const sessions: ServerHttp2Session[] = []
  const server = createSecureServer({ ...options, cert: leaf.cert, key: leaf.key })
  const sockets = new Set<TLSSocket>()
  server.on('secureConnection', (socket: TLSSocket) => {
    agreed.push(socket.alpnProtocol || 'none')
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('session', (session) => {
    sessions.push(session)
    session.on('error', () => {})
    onSession?.(session)
  })
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
    stream.on('error', () => {})
    onStream(stream, headers, raw)
  })
  if (options.allowHTTP1 === true) server.on('request', (req, res) => req.httpVersion === '1.1' && res.end(`1.1 ${req.method} ${req.url}`))
  const origin = await listen(t, server, sockets)
  return { origin, site: { id: 'site', origins: [origin], networks: ['loopback'], ca: authority.cert }, agreed, sessions }
}

/** One connection to a site that writes its frames by hand. */
export interface RawConnection {
  readonly socket: TLSSocket
  /** From 1. */
  readonly number: number
  write(...frames: Buffer[]): void
}

const settingsAcknowledged = frameOf(frameType.settings, acknowledged, 0)

export interface RawHttp2Options {
  /** What the site says first; default: empty SETTINGS. */
  readonly greeting?: Buffer
  /** It acknowledges the client's SETTINGS; default: it does. */
  readonly acknowledges?: boolean
  onFrame?(connection: RawConnection, frame: SeenFrame): void
}

/** A site that agrees on HTTP/2, greets, and then does what the test says with every frame; over HTTP/1.1 it answers `1.1`. Until the test ends. */
export async function startRawHttp2Origin(
  t: Test,
  { greeting = settingsFrame, acknowledges = true, onFrame = () => {} }: RawHttp2Options,
): Promise<Http2Origin & { readonly frames: SeenFrame[] }> {
  const authority = await createTestAuthority()
  const leaf = await authority.issue('site.test')
  const agreed: string[] = []
  const frames: SeenFrame[] = []
  const sockets = new Set<TLSSocket>()
  const server = createServer({ cert: leaf.cert, key: leaf.key, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    const number = agreed.push(socket.alpnProtocol || 'none')
    if (socket.alpnProtocol !== 'h2') {
      socket.on('data', (chunk) => chunk.includes('\r\n\r\n') && socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n1.1'))
      return
    }
    socket.write(greeting)
    const connection = { socket, number, write: (...parts: Buffer[]) => void socket.write(Buffer.concat(parts)) }
    const seen = (frame: SeenFrame): void => {
      frames.push(frame)
      if (acknowledges && frame.type === frameType.settings && (frame.flags & acknowledged) === 0) socket.write(settingsAcknowledged)
      onFrame(connection, frame)
    }
    onFrames(socket, seen, preface.length - settingsFrame.length)
  })
  const origin = await listen(t, server, sockets)
  return { origin, site: { id: 'site', origins: [origin], networks: ['loopback'], ca: authority.cert }, agreed, frames }
}

/** Calls once the head of a request has come. */
export function onRequest(answer: (connection: RawConnection, stream: number) => void): (connection: RawConnection, frame: SeenFrame) => void {
  return (connection, { type, stream }) => {
    if (type === frameType.headers) answer(connection, stream)
  }
}

/** Until the test ends; gives its origin. */
async function listen(t: Test, server: Server, sockets: ReadonlySet<TLSSocket>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `https://site.test:${(server.address() as { port: number }).port}`
}
