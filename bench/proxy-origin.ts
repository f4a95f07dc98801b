import 'reflect-metadata'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { createTestAuthority } from '../test/outbound/certificates.ts'

/** What the origin of the proxy bench tells when it listens. */
export interface OriginReady {
  readonly origin: string
  readonly ca: string
  /** A session of the kind its sign-in gives. */
  readonly cookie: string
}

const form = '<form method="post" action="/login"><input name="user"><input type="password" name="password"><button>Sign in</button></form>'
const small = '0123456789'.repeat(7)

/** A process of its own: a site with a login form, and a page of 70 bytes for who is signed in. */
const authority = await createTestAuthority()
const leaf = await authority.issue('site.test')
const server = createServer({ key: leaf.key, cert: leaf.cert, keepAliveTimeout: 60_000 }, (req, res) => {
  if (req.url === '/login' && req.method === 'POST') {
    req.resume()
    res.writeHead(302, { Location: '/home', 'Set-Cookie': 'sid=good; Path=/; HttpOnly', 'Content-Length': 0 }).end()
  } else if (req.url === '/login') {
    res.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': form.length }).end(form)
  } else if (req.headers.cookie !== 'sid=good') {
    res.writeHead(302, { Location: '/login', 'Content-Length': 0 }).end()
  } else {
    res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': small.length }).end(small)
  }
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as { port: number }
process.send?.({ origin: `https://site.test:${port}`, ca: authority.cert, cookie: 'sid=good' } satisfies OriginReady)
process.on('disconnect', () => process.exit(0))
