import { once } from 'node:events'
import t from 'tap'
import { RelayError } from '../../../relay/errors.ts'
import { SiteEndpoints } from '../../../relay/outbound/endpoints/site-endpoints.ts'
import type { Endpoint } from '../../../relay/outbound/index.ts'
import { freePort } from '../../ports.ts'
import { until } from '../../until.ts'
import { createTestAuthority } from '../certificates.ts'
import { startHttp2Origin } from '../http2/http2-origin.ts'
import { get, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { startHttpProxy, startSocksProxy } from '../upstream/upstream-servers.ts'
import { siteAt, startEndpoint } from './endpoint-servers.ts'

const origin = 'https://site.test'
const health = { everySeconds: 3600 }

t.test('a WebSocket goes to the endpoint of its session, and past a dead one', async (t) => {
  const authority = await createTestAuthority()
  const server = await startEndpoint(t, {
    authority,
    called: 'a',
    onUpgrade: (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello'),
  })
  const site = siteAt(authority, [{ address: `127.0.0.1:${await freePort()}` }, { address: server.address }], { health })
  const route = { endpoint: undefined }
  const headers = ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version', '13']
  const { response, socket } = await outboundForTest(t).upgrade(site, { ...get(origin, '/socket'), headers, route })
  t.equal(response.status, 101)
  if (socket === undefined) return t.fail('a socket')
  t.equal(String((await once(socket, 'data'))[0]), 'hello')
  socket.destroy()
  t.strictSame(route, { endpoint: server.address })
})

t.test('an endpoint speaks HTTP/2 where it likes to', async (t) => {
  const server = await startHttp2Origin(t, (stream) => {
    stream.respond({ ':status': 200 })
    stream.end('over HTTP/2')
  })
  const address = `127.0.0.1:${new URL(server.origin).port}`
  const site = { ...server.site, origins: [origin], endpoints: [{ address: `127.0.0.1:${await freePort()}` }, { address }], health }
  const outbound = outboundForTest(t)
  for (let times = 0; times < 2; times++) t.equal(await read((await outbound.forward(site, get(origin))).body), 'over HTTP/2')
  t.match(server.agreed, ['h2'])
})

t.test('an upstream proxy is told the address of the endpoint; one that it cannot reach is left', async (t) => {
  const authority = await createTestAuthority()
  const server = await startEndpoint(t, { authority, called: 'a' })
  for (const [scheme, start] of [
    ['http', startHttpProxy],
    ['socks5', startSocksProxy],
  ] as const) {
    const proxy = await start(t, { to: Number(server.address.split(':')[1]) })
    const by = siteAt(authority, [{ address: '127.0.0.7:8443' }], { id: scheme, health, upstreamProxy: `${scheme}://127.0.0.1:${proxy.port}` })
    const outbound = outboundForTest(t)
    t.equal(await read((await outbound.forward(by, get(origin))).body), 'a', scheme)
    t.ok(proxy.asked.length > 0 && proxy.asked.every((asked) => asked === '127.0.0.7:8443'), scheme)
    const nowhere = await start(t, { to: await freePort() })
    const two = ['127.0.0.7:8443', '127.0.0.8:8443']
    const dead = siteAt(
      authority,
      two.map((address) => ({ address })),
      { id: 'dead', health, upstreamProxy: `${scheme}://127.0.0.1:${nowhere.port}` },
    )
    t.match(await rejection(outbound.forward(dead, get(origin))), { code: 'upstream_proxy_failed', message: /127\.0\.0\.7:8443 .*127\.0\.0\.8:8443/ })
  }
})

t.test('endpoints that nobody uses any more are left alone, and looked at anew when somebody comes again', async (t) => {
  const endpoints: Endpoint[] = [{ address: 'a.test' }, { address: 'b.test' }]
  const site = { id: 'site', origins: [origin], networks: ['loopback'] as const, endpoints, health: { everySeconds: 1 } }
  let checks = 0
  const check = async (): Promise<number> => ++checks
  const watched = new SiteEndpoints(site, check, 100)
  t.teardown(() => watched.stop())
  watched.use(site)
  await watched.measured()
  t.strictSame(
    watched.states().map(({ state }) => state),
    ['up', 'up'],
  )
  await until(() => watched.states().every(({ state }) => state === 'unknown'), 'it is left alone')
  t.equal(checks, 2)
  watched.use(site)
  await watched.measured()
  t.equal(checks, 4)
})

t.test('a session stays where it is when another endpoint is faster later, and leaves one that is down', async (t) => {
  const endpoints: Endpoint[] = [{ address: 'a.test' }, { address: 'b.test' }]
  const site = { id: 'site', origins: [origin], networks: ['loopback'] as const, endpoints, health: { everySeconds: 1 } }
  const times: Record<string, number> = { 'a.test': 90, 'b.test': 10 }
  const watched = new SiteEndpoints(site, async (_site, { address }) => times[address] as number, 3_600_000)
  t.teardown(() => watched.stop())
  const choose = (endpoint?: string) => watched.choose(endpoints, { endpoint }, new Map())?.address
  watched.use(site)
  await watched.measured()
  t.equal(choose(), 'b.test')
  times['a.test'] = 5
  times['b.test'] = 100
  const measured = () => watched.states().map(({ milliseconds = 0 }) => milliseconds) as [number, number]
  await until(() => measured()[0] < measured()[1] * 0.5, 'the other one is clearly faster')
  t.equal(choose('b.test'), 'b.test', 'sticky')
  t.equal(choose(), 'a.test', 'who begins now goes to the fastest')
  watched.failed(endpoints[1] as Endpoint, new RelayError('site_down', { params: { site: 'site', reason: 'gone' } }))
  t.equal(choose('b.test'), 'a.test')
  t.equal(watched.choose(endpoints, { endpoint: 'a.test' }, new Map([['a.test', 1]]))?.address, 'b.test', 'with none alive, one that is down')
  watched.failed(endpoints[0] as Endpoint, new RelayError('site_down', { params: { site: 'site', reason: 'gone' } }))
  for (const { address } of endpoints) t.equal(choose(address), address, 'with all down there is none to go to')
})
