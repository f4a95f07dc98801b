import { connect } from 'node:net'
import t from 'tap'
import { createOutbound } from '../../../relay/outbound/index.ts'
import { get, loopbackSite, outboundForTest, rejection } from '../outbound-for-test.ts'
import { startRawOrigin } from '../raw-origin.ts'

t.test('a port where nobody listens: refused', async (t) => {
  const origin = `http://site.test:${await freePort(t)}`
  const error = await rejection(outboundForTest(t).forward(loopbackSite(origin), get(origin)))
  t.match(error, { code: 'site_down', message: 'The site site does not answer: it refused the connection.' })
})

t.test('no address of several answers: refused', async (t) => {
  const origin = `http://site.test:${await freePort(t)}`
  const outbound = outboundForTest(t, { 'site.test': ['::1', '127.0.0.1'] })
  t.match(await rejection(outbound.forward(loopbackSite(origin), get(origin))), { code: 'site_down', message: /refused the connection/ })
})

t.test('one address of several answers: that one is used', async (t) => {
  const site = await startRawOrigin(t, { onData: (socket) => void socket.end('HTTP/1.1 204 No Content\r\n\r\n') })
  const origin = `http://site.test:${site.port}`
  const outbound = outboundForTest(t, { 'site.test': ['::1', '127.0.0.2', '127.0.0.1'] })
  t.equal((await outbound.forward(loopbackSite(origin), get(origin))).status, 204)
})

t.test('a reset and a close before the answer', async (t) => {
  const reset = await startRawOrigin(t, { onData: (socket) => void socket.resetAndDestroy() })
  const closed = await startRawOrigin(t, { onData: (socket) => void socket.end() })
  const outbound = outboundForTest(t)
  for (const [{ port }, message] of [
    [reset, /reset the connection/],
    [closed, /closed the connection/],
  ] as const) {
    const origin = `http://site.test:${port}`
    t.match(await rejection(outbound.forward(loopbackSite(origin), get(origin))), { code: 'site_down', message })
  }
})

t.test('a close in the middle of the TLS handshake', async (t) => {
  const site = await startRawOrigin(t, { onData: (socket) => void socket.end() })
  const origin = `https://site.test:${site.port}`
  t.match(await rejection(outboundForTest(t).forward(loopbackSite(origin), get(origin))), { code: 'site_down' })
})

t.test('a host that no resolver knows, an empty answer, and a resolver that fails', async (t) => {
  const unknown = (code: string) => async () => {
    throw Object.assign(new Error('queryA'), { code })
  }
  for (const [lookup, message] of [
    [unknown('ENOTFOUND'), /host was not found/],
    [async () => [], /host was not found/],
    [unknown('EAI_AGAIN'), /looking up its host failed/],
  ] as const) {
    const outbound = createOutbound({ openSecret: () => '', lookup })
    t.teardown(() => outbound.stop())
    const origin = 'http://site.test'
    t.match(await rejection(outbound.forward(loopbackSite(origin), get(origin))), { code: 'site_down', message })
    t.match(await rejection(outbound.networksOf('site.test')), { code: 'site_down', message })
    t.match(await rejection(outbound.connect('site.test', 443)), { code: 'site_down', message })
  }
})

t.test("the system's own resolver is asked when no other is given", async (t) => {
  const outbound = createOutbound({ openSecret: () => '' })
  t.teardown(() => outbound.stop())
  t.strictSame(await outbound.networksOf('localhost'), ['loopback'])
  t.match(await rejection(outbound.connect('localhost', 443)), { code: 'destination_refused' })
})

t.test('what waits when the room is stopped is told so, and nothing is opened after', async (t) => {
  const site = await startRawOrigin(t, {})
  const origin = `http://site.test:${site.port}`
  const outbound = outboundForTest(t)
  const waiting = rejection(outbound.forward(loopbackSite(origin), get(origin)))
  while (site.received.join('') === '') await new Promise((resolve) => setTimeout(resolve, 5))
  await outbound.stop()
  t.match(await waiting, { code: 'site_down', message: /being stopped/ })
  t.match(await rejection(outbound.forward(loopbackSite(origin), get(origin))), { code: 'site_down', message: /being stopped/ })
  t.equal(site.accepted, 1)
})

/** A port that was free a moment ago. */
async function freePort(t: Parameters<typeof startRawOrigin>[0]): Promise<number> {
  const { createServer } = await import('node:net')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  await new Promise((resolve) => connect(port, '127.0.0.1').on('error', resolve))
  t.ok(port > 0)
  return port
}
