import 'reflect-metadata'
import t, { type Test } from 'tap'
import type { Destination } from '../../../relay/outbound/index.ts'
import { until } from '../../until.ts'
import { createTestAuthority } from '../certificates.ts'
import { get, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { answering, startRawOrigin } from '../raw-origin.ts'

/** A site of HTTP/1.1 over TLS, which nobody knows until the first connection to it. */
async function startSite(t: Test) {
  const authority = await createTestAuthority()
  const tls = await authority.issue('site.test')
  const server = await startRawOrigin(t, { tls: { ...tls, ALPNProtocols: ['http/1.1'] }, onData: answering('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n1.1') })
  const origin = `https://site.test:${server.port}`
  const site: Destination = { id: 'site', origins: [origin], networks: ['loopback'], ca: authority.cert }
  return { server, origin, site }
}

t.test('a site that is changed while it is not known yet what it speaks finishes what waits for it', async (t) => {
  const { origin, site } = await startSite(t)
  const outbound = outboundForTest(t)
  const before = outbound.forward(site, get(origin))
  const after = outbound.forward({ ...site, networks: ['loopback', 'private'] }, get(origin))
  for (const answer of await Promise.all([before, after])) t.equal(await read(answer.body), '1.1')
})

t.test('a site that is about to be asked is connected to ahead, and the first request goes out on that connection', async (t) => {
  const { server, origin, site } = await startSite(t)
  const outbound = outboundForTest(t)
  outbound.prepare(site, origin)
  outbound.prepare(site, origin)
  await until(() => server.sockets.length > 0, 'a connection')
  t.same(server.received, [''], 'on which nothing is said')
  t.equal(await read((await outbound.forward(site, get(origin))).body), '1.1')
  t.equal(server.accepted, 1)
})

t.test('a connection that was opened ahead and taken is watched no longer', async (t) => {
  const { server, origin, site } = await startSite(t)
  const outbound = outboundForTest(t)
  const begun = t.capture(globalThis, 'setTimeout', globalThis.setTimeout)
  const ended = t.capture(globalThis, 'clearTimeout', globalThis.clearTimeout)
  outbound.prepare(site, origin)
  await until(() => server.sockets.length > 0, 'a connection')
  t.equal(await read((await outbound.forward(site, get(origin))).body), '1.1')
  t.equal(server.accepted, 1, 'the one that was opened ahead')
  const watches = begun().flatMap(({ args: [, time], ...call }) => (time === 4000 && 'returned' in call ? call.returned : []))
  t.equal(watches.length, 1)
  t.ok(
    ended().some(({ args: [timer] }) => timer === watches[0]),
    'long before its time',
  )
})

t.test('ahead of a request no more is connected to than for one, and what goes wrong is for the request to meet', async (t) => {
  const { server, origin, site } = await startSite(t)
  const outbound = outboundForTest(t)
  const publicOnly: Destination = { ...site, networks: ['public'] }
  outbound.prepare(publicOnly, origin)
  outbound.prepare(site, `https://other.test:${server.port}`)
  t.match(await rejection(outbound.forward(publicOnly, get(origin))), { code: 'destination_refused' })
  t.equal(server.sockets.length, 0)
})

t.test('of several connections that turn out to speak HTTP/1.1 when nobody waits any more, one is kept at most', async (t) => {
  const { server, origin, site } = await startSite(t)
  const outbound = outboundForTest(t)
  const ending = new AbortController()
  // More than one connection of HTTP/2 would carry: several are opened.
  const asked = Array.from({ length: 250 }, () => rejection(outbound.forward(site, { ...get(origin), signal: ending.signal })))
  ending.abort(new Error('nobody waits'))
  await Promise.all(asked)
  await until(() => server.sockets.length === 3, 'three connections')
  await until(() => server.sockets.filter(({ destroyed }) => !destroyed).length <= 1, 'the others are closed')
  t.same(server.received, ['', '', ''])
})
