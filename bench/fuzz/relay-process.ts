import 'reflect-metadata'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { createTestAuthority } from '../../test/outbound/certificates.ts'
import { tellMemory } from '../memory.ts'
import { signInAt, startBenchRelay } from '../relay-for-bench.ts'

/** What it tells when it is signed in. */
export interface FuzzedRelay {
  readonly address: string
  readonly tlsAddress: string
  readonly authorization: string
  readonly ca: string
  /** HOST:PORT of the site. */
  readonly authority: string
}

const form = '<form method="post" action="/login"><input name="user"><input type="password" name="password"><button>Sign in</button></form>'

// A process of its own: a site with a login form, and a relay that is signed in there. Asked anything, it tells its memory when nothing is under way.
const testAuthority = await createTestAuthority()
const { cert, key } = await testAuthority.issue('site.test')
const site = createServer({ cert, key }, (req, res) => {
  req.resume()
  if (req.url === '/login' && req.method === 'POST') res.writeHead(302, { Location: '/home', 'Set-Cookie': 'sid=good; Path=/; HttpOnly' }).end()
  else if (req.url === '/login') res.setHeader('Content-Type', 'text/html').end(form)
  else if (req.headers.cookie?.includes('sid=good')) res.end('signed in')
  else res.writeHead(302, { Location: '/login' }).end()
}).listen(0, '127.0.0.1')
await once(site, 'listening')
const authority = `site.test:${(site.address() as { port: number }).port}`

const bench = await startBenchRelay({
  proxy: { listen: '127.0.0.1:0', tlsListen: '127.0.0.1:0', otherHosts: 'refuse' },
  limits: { requestsPerSecond: 1_000_000, burst: 10_000_000 },
})
await signInAt(bench, { id: 'erp', origin: `https://${authority}`, ca: testAuthority.cert })
const { relay, authorization } = bench

tellMemory(relay.proxy)
process.send?.({
  address: relay.proxy.address,
  tlsAddress: relay.proxy.tlsAddress ?? '',
  authorization,
  ca: relay.certificateAuthority.pem(),
  authority,
} satisfies FuzzedRelay)
