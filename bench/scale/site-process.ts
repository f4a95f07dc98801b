import 'reflect-metadata'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createTestAuthority } from '../../test/outbound/certificates.ts'
import { cookie, manyHosts } from '../proxy/origin.ts'

/** What it tells when it listens. */
export interface WebSocketSite {
  readonly port: number
  readonly ca: string
}

const form = '<form method="post" action="/login"><input name="user"><input type="password" name="password"><button>Sign in</button></form>'

// A process of its own: a site that has a login form, and answers who is signed in with a WebSocket in which nothing is said. It speaks what
// its only argument says; with `h2` HTTP/1.1 too, where that is asked for.
const authority = await createTestAuthority()
const { cert, key } = await authority.issue(`*.${manyHosts}`)
const secure = { cert, key }
const site =
  process.argv[2] === 'h2'
    ? createSecureServer({ ...secure, allowHTTP1: true, settings: { enableConnectProtocol: true, maxConcurrentStreams: 100 } }, answer)
    : createServer(secure, answer)

function answer(req: IncomingMessage | Http2ServerRequest, given: ServerResponse | Http2ServerResponse): void {
  // The same calls for both; their types have no common form.
  const res = given as ServerResponse
  req.resume()
  if (req.url === '/login' && req.method === 'POST') res.writeHead(302, { Location: '/home', 'Set-Cookie': `${cookie}; Path=/; HttpOnly` }).end()
  else if (req.url === '/login') res.setHeader('Content-Type', 'text/html').end(form)
  else if (req.headers.cookie?.includes(cookie)) res.end('signed in')
  else res.writeHead(302, { Location: '/login' }).end()
}

site.on('upgrade', (req: IncomingMessage, socket: Duplex) => {
  socket.on('error', () => socket.destroy()).resume()
  // RFC 6455 section 4.2.2.
  const accept = createHash('sha1').update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  if (req.headers.cookie?.includes(cookie) !== true) socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
  else socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
})
// RFC 8441 section 5.
site.on('connect', ({ headers, stream }: Http2ServerRequest) => {
  stream.on('error', () => {}).resume()
  stream.respond({ ':status': headers.cookie?.includes(cookie) === true ? 200 : 401 })
})
site.listen(0, '127.0.0.1')
await once(site, 'listening')
process.on('disconnect', () => process.exit(0))
process.send?.({ port: (site.address() as AddressInfo).port, ca: authority.cert } satisfies WebSocketSite)
