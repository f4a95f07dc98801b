import t from 'tap'
import { get, loopbackSite, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { startRawOrigin } from '../raw-origin.ts'

const reason = new Error('the client went away')

t.test('an aborted signal rejects with its reason before anything is connected', async (t) => {
  const site = await startRawOrigin(t, {})
  const origin = `http://site.test:${site.port}`
  const signal = AbortSignal.abort(reason)
  const outbound = outboundForTest(t)
  t.equal(await rejection(outbound.forward(loopbackSite(origin), { ...get(origin), signal })), reason)
  t.equal(await rejection(outbound.agent(loopbackSite(origin)).send({ method: 'GET', url: new URL(origin), headers: [], signal })), reason)
  t.equal(site.accepted, 0)
})

t.test('while the site is silent: the request ends, and so does its connection', async (t) => {
  const site = await startRawOrigin(t, { onData: () => controller.abort(reason) })
  const controller = new AbortController()
  const origin = `http://site.test:${site.port}`
  t.equal(await rejection(outboundForTest(t).forward(loopbackSite(origin), { ...get(origin), signal: controller.signal })), reason)
  const socket = site.sockets[0]
  if (socket !== undefined && !socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
  t.pass('the site saw its connection close')
})

t.test('in the middle of the body: reading it rejects with the reason', async (t) => {
  const controller = new AbortController()
  const site = await startRawOrigin(t, { onData: (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart') })
  const origin = `http://site.test:${site.port}`
  const { body } = await outboundForTest(t).forward(loopbackSite(origin), { ...get(origin), signal: controller.signal })
  setTimeout(() => controller.abort(reason), 20)
  t.equal(await rejection(read(body)), reason)
})

t.test('while the name is looked up: at once, and the request is never sent', async (t) => {
  const controller = new AbortController()
  const site = await startRawOrigin(t, {})
  const origin = `http://slow.test:${site.port}`
  const { createOutbound } = await import('../../../relay/outbound/index.ts')
  let answer: (addresses: string[]) => void = () => {}
  const outbound = createOutbound({ openSecret: () => '', lookup: () => new Promise((resolve) => (answer = resolve)) })
  t.teardown(() => outbound.stop())
  setTimeout(() => controller.abort(reason), 20)
  t.equal(await rejection(outbound.forward(loopbackSite(origin), { ...get(origin), signal: controller.signal })), reason)
  answer(['127.0.0.1'])
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.strictSame(site.received.join(''), '', 'not a byte of it')
})

t.test('a body that is not wanted any more ends its connection', async (t) => {
  const site = await startRawOrigin(t, { onData: (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart') })
  const origin = `http://site.test:${site.port}`
  const { body } = await outboundForTest(t).forward(loopbackSite(origin), get(origin))
  body.destroy()
  const socket = site.sockets[0]
  if (socket !== undefined && !socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
  t.pass('the site saw its connection close')
})

t.test('a tunnel that is being opened ends with the reason', async (t) => {
  const controller = new AbortController()
  // A public address that never answers would be needed to wait on; the look-up waits instead.
  const { createOutbound } = await import('../../../relay/outbound/index.ts')
  const outbound = createOutbound({ openSecret: () => '', lookup: () => new Promise((resolve) => setTimeout(resolve, 200, ['8.8.8.8'])) })
  t.teardown(() => outbound.stop())
  setTimeout(() => controller.abort(reason), 20)
  t.equal(await rejection(outbound.connect('slow.test', 443, controller.signal)), reason)
})
