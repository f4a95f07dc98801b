import { once } from 'node:events'
import { TLSSocket } from 'node:tls'
import { queryObjects } from 'node:v8'
import t from 'tap'
import { dialHttp2 } from '../http2/http2-client.ts'
import { dialConnect, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

/** Well below what the relay waits for one who is there still: 20 seconds for a handshake, 120 for a stream. */
async function isLetGo({ proxy }: House): Promise<boolean> {
  const end = performance.now() + 10_000
  while (proxy.figures().connections > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
  return proxy.figures().connections === 0
}

t.test('a client that ends its side within the TLS handshake is let go at once', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialConnect(house.access, origin.host)
  // The beginning of a ClientHello.
  socket.end(Buffer.from([22, 3, 1, 2, 0, 1, 0]))
  t.ok(await isLetGo(house))
  await readAll(socket, { ms: 1000 })
})

t.test('a client that ends its side of a connection of HTTP/2 without a word is let go at once', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const secure = await dialHttp2(house.access, house.tunnelTo(origin))
  // The preface, SETTINGS, and the beginning of a frame that never comes.
  secure.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9])]))
  await once(secure, 'data')
  secure.end()
  t.ok(await isLetGo(house))
  t.same(house.proxy.figures().tunnels, { intercepted: 0, unread: 0 })
  secure.destroy()
})

t.test('nothing is kept of connections of HTTP/2 that broke off before their settings were acknowledged', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const breakOff = async (): Promise<void> => {
    const secure = await dialHttp2(house.access, house.tunnelTo(origin))
    // The preface, SETTINGS, and DATA of a stream that there is not.
    secure.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0])]))
    await once(secure.resume(), 'close')
  }
  // Of the first some things stay for those that follow.
  await breakOff()
  t.ok(await isLetGo(house))
  const before = connectionsKept()
  for (let count = 0; count < 10; count++) await breakOff()
  t.ok(await isLetGo(house))
  // The last one may still be on its way out.
  t.ok(connectionsKept() - before < 5, `${before} before and ${connectionsKept()} after`)
})

/** Collects garbage first. */
function connectionsKept(): number {
  return queryObjects(TLSSocket, { format: 'count' }) as unknown as number
}
