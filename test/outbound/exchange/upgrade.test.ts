import { once } from 'node:events'
import t from 'tap'
import { dial } from '../../../relay/outbound/destinations/dial.ts'
import { readHost } from '../../../relay/outbound/destinations/host.ts'
import { get, loopbackSite, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { startRawOrigin } from '../raw-origin.ts'

const handshake = ['Upgrade', 'WebSocket', 'Connection', 'keep-alive, Upgrade', 'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version', '13']

t.test('an upgraded connection is a raw stream both ways, its first bytes included', async (t) => {
  const site = await startRawOrigin(t, {
    onData(socket, text) {
      if (text.endsWith('\r\n\r\n'))
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nfirst')
      else if (text.endsWith('ping')) socket.write('pong')
      else if (text.endsWith('bye')) socket.end()
    },
  })
  const origin = `http://site.test:${site.port}`
  const { response, socket } = await outboundForTest(t).upgrade(loopbackSite(origin), { ...get(origin, '/socket'), headers: handshake })
  t.match(response, { status: 101, statusText: 'Switching Protocols', headers: ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', 'x'] })
  if (socket === undefined) throw new Error('no socket')
  t.match(site.received[0], /^GET \/socket HTTP\/1\.1\r\nhost: site\.test:\d+\r\nconnection: upgrade\r\nupgrade: WebSocket\r\nSec-WebSocket-Key: /)
  t.equal(String((await once(socket, 'data'))[0]), 'first')
  socket.write('ping')
  t.equal(String((await once(socket, 'data'))[0]), 'pong')
  socket.write('bye')
  await once(socket, 'end')
  t.pass('and its end is seen')
})

t.test('a site that refuses the upgrade gives its answer', async (t) => {
  const site = await startRawOrigin(t, { onData: (socket) => void socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno') })
  const origin = `http://site.test:${site.port}`
  const { response, socket } = await outboundForTest(t).upgrade(loopbackSite(origin), { ...get(origin), headers: handshake })
  t.equal(socket, undefined)
  t.equal(response.status, 403)
  t.equal(await read(response.body), 'no')
})

t.test('an upgrade that the site breaks off, after it was given out, does not end the process', async (t) => {
  const site = await startRawOrigin(t, {
    onData: (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
  })
  const origin = `http://site.test:${site.port}`
  const { socket } = await outboundForTest(t).upgrade(loopbackSite(origin), { ...get(origin), headers: handshake })
  if (socket === undefined) throw new Error('no socket')
  site.sockets[0]?.resetAndDestroy()
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
  t.ok(socket.destroyed)
})

t.test('a tunnel is a raw stream to the address that was checked', async (t) => {
  // Through `connect` only public addresses are reached, and a test has none: the same dialling, past the rule.
  const site = await startRawOrigin(t, { onData: (socket, text) => void socket.write(text.toUpperCase()) })
  const socket = await dial({
    host: readHost('name-that-no-resolver-knows.test'),
    port: site.port,
    addresses: [{ address: '127.0.0.1', family: 4 }],
    signal: AbortSignal.timeout(5000),
  })
  t.teardown(() => socket.destroy())
  socket.write('hello')
  t.equal(String((await once(socket, 'data'))[0]), 'HELLO')
})

t.test('dialling ends with its signal, though the address never answers', async (t) => {
  const site = await startRawOrigin(t, {})
  const reason = new Error('enough')
  const controller = new AbortController()
  // TLS toward a server that says nothing: TCP stands, the handshake does not come.
  const { createTrust } = await import('../../../relay/outbound/destinations/trust.ts')
  const tls = { context: createTrust().context(undefined), session: undefined, onSession() {} }
  setTimeout(() => controller.abort(reason), 50)
  const dialling = dial({ host: readHost('site.test'), port: site.port, addresses: [{ address: '127.0.0.1', family: 4 }], signal: controller.signal, tls })
  t.equal(await rejection(dialling), reason)
  t.equal(site.accepted, 1)
})
