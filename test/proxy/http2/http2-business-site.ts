import 'reflect-metadata'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Test } from 'tap'
import { webSocketProof } from '../../../relay/outbound/index.ts'
import { createTestAuthority } from '../../outbound/certificates.ts'
import type { SiteServer } from '../start-house.ts'

/** A request as the site's server read it. */
export interface SeenHttp2Request {
  /** `2.0`, or `1.1`. */
  readonly httpVersion: string
  readonly method: string
  readonly target: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  body: string
  /** It has come to its end. */
  isWhole: boolean
  /** Undefined over HTTP/1.1. */
  readonly stream: ServerHttp2Stream | undefined
  field(name: string): string | undefined
}

export interface Http2BusinessSite extends SiteServer {
  readonly ca: string
  /** Other than those of the sign-in. */
  readonly requests: SeenHttp2Request[]
  readonly signIns: () => number
  readonly connections: () => number
  expire(): void
  /** Answers this path as said, as soon as the head has come; its body is not read for it. */
  on(path: string, answer: (res: Http2ServerResponse, request: SeenHttp2Request) => void): void
  /** Whether connections from now on take WebSockets on streams. */
  takeWebSockets(does: boolean): void
  /** Answers an upgrade over HTTP/1.1. */
  onUpgrade(answer: (socket: Duplex, field: SeenHttp2Request['field']) => void): void
  /** Answers extended CONNECT (RFC 8441). */
  onConnect(answer: (stream: ServerHttp2Stream, fields: SeenHttp2Request['field']) => void): void
}

const form = '<form method="post" action="/login"><input name="user"><input type="password" name="password"><button>Sign in</button></form>'

/** Agrees to a WebSocket over HTTP/1.1 (RFC 6455 section 4.2.2), with further fields. */
export function agree(socket: Duplex, field: SeenHttp2Request['field'], ...fields: string[]): void {
  const proof = `Sec-WebSocket-Accept: ${webSocketProof(field('sec-websocket-key') as string)}`
  socket.write(`${['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket', proof, ...fields].join('\r\n')}\r\n\r\n`)
}

/** A business server that speaks HTTP/2, and HTTP/1.1 where that is asked for: a login form, a session cookie `sid`, and a record of what comes. Until the test ends. */
export async function startHttp2BusinessSite(t: Test, { takesWebSockets = false, mostStreams = 0xffff_ffff } = {}): Promise<Http2BusinessSite> {
  const authority = await createTestAuthority()
  const leaf = await authority.issue('site.test')
  const requests: SeenHttp2Request[] = []
  const routes = new Map<string, (res: Http2ServerResponse, request: SeenHttp2Request) => void>()
  const sockets = new Set<TLSSocket>()
  let connections = 0
  let signIns = 0
  let firstValid = 1
  let connect: Parameters<Http2BusinessSite['onConnect']>[0] = (stream) => stream.respond({ ':status': 404 }, { endStream: true })
  let upgrade: Parameters<Http2BusinessSite['onUpgrade']>[0] = (socket) => socket.end()

  const answer = (req: Http2ServerRequest, res: Http2ServerResponse, request: SeenHttp2Request): void => {
    const path = request.target.split('?')[0] as string
    const route = routes.get(path)
    if (route !== undefined) return void route(res, request)
    req.on('data', (chunk: Buffer) => {
      request.body += chunk.toString('latin1')
    })
    req.on('end', () => {
      // Node ends what was reset, too.
      if (request.stream?.aborted === true) return
      request.isWhole = true
      res.setHeader('Content-Type', 'text/html')
      if (path === '/login' && request.method === 'GET') return void res.end(form)
      if (path === '/login') return void res.writeHead(303, { Location: '/home', 'Set-Cookie': `sid=${++signIns}; Path=/; HttpOnly` }).end()
      const sid = Number(/(?:^|; )sid=(\d+)/.exec(request.field('cookie') ?? '')?.[1])
      if (!(sid >= firstValid)) return void res.writeHead(302, { Location: '/login' }).end()
      const page = `${request.method} ${request.target} ${request.body.length}`
      res.setHeader('Content-Length', page.length)
      return void res.end(page)
    })
  }

  const settings = { enableConnectProtocol: takesWebSockets, maxConcurrentStreams: mostStreams }
  const server = createSecureServer({ cert: leaf.cert, key: leaf.key, allowHTTP1: true, settings })
  server.on('request', (req: Http2ServerRequest, res: Http2ServerResponse) => {
    const { rawHeaders } = req
    const fields = rawHeaders.flatMap((name, i) => (i % 2 === 0 && !name.startsWith(':') ? [[name.toLowerCase(), rawHeaders[i + 1] as string] as const] : []))
    const field = (name: string): string | undefined => fields.find(([one]) => one === name)?.[1]
    const { httpVersion, method, url: target } = req
    const request = { httpVersion, method, target, fields, body: '', isWhole: false, stream: httpVersion === '2.0' ? req.stream : undefined, field }
    // Only what the relay passes on has been through a proxy.
    if (field('via') !== undefined) requests.push(request)
    req.stream?.on('error', () => {})
    if (method !== 'CONNECT') answer(req, res, request)
  })
  server.on('connect', (req: Http2ServerRequest) => connect(req.stream, (name) => req.headers[name]?.toString()))
  server.on('upgrade', (req: IncomingMessage, socket: Duplex) => upgrade(socket, (name) => req.headers[name]?.toString()))
  server.on('session', (session) => session.on('error', () => {}))
  server.on('secureConnection', (socket: TLSSocket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `https://site.test:${port}`,
    host: `site.test:${port}`,
    ca: authority.cert,
    requests,
    signIns: () => signIns,
    connections: () => connections,
    expire: () => {
      firstValid = signIns + 1
    },
    on: (path, route) => void routes.set(path, route),
    takeWebSockets: (does) => server.updateSettings({ ...settings, enableConnectProtocol: does }),
    onUpgrade: (given) => {
      upgrade = given
    },
    onConnect: (given) => {
      connect = given
    },
  }
}
