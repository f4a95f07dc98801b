import { once } from 'node:events'
import type { Socket } from 'node:net'
import { dialTunnel } from '../../test/proxy/raw-client.ts'
import { megabytes, memoryOf } from '../memory.ts'
import { startProcess, stopProcess } from '../start-process.ts'
import { type Holding, startHolding } from './holding.ts'
import type { WebSocketSite } from './site-process.ts'

const count = 1000
/** Opened at once. */
const atOnce = 20

/** What idle WebSockets through the proxy take of its memory. */
export async function benchWebSockets(): Promise<readonly string[]> {
  const [site, { port, ca }] = await startProcess<WebSocketSite>(new URL('site-process.ts', import.meta.url))
  const sockets: Socket[] = []
  try {
    const relay = await startHolding({ port, ca }, 1)
    try {
      // What the first ones bring along is there for any.
      for (let one = 0; one < atOnce; one++) (await open(relay, port)).destroy()
      const before = await memoryOf(relay.child)
      while (sockets.length < count) sockets.push(...(await Promise.all(Array.from({ length: atOnce }, () => open(relay, port)))))
      const after = await memoryOf(relay.child, count)
      return [
        `${count} idle WebSockets: resident ${megabytes(before.rss)} MB before, ${megabytes(after.rss)} MB with them: ${megabytes(after.rss - before.rss)} MB; heap ${megabytes(after.heapUsed - before.heapUsed)} MB of it`,
      ]
    } finally {
      for (const socket of sockets) socket.destroy()
      await stopProcess(relay.child)
    }
  } finally {
    await stopProcess(site)
  }
}

async function open({ proxy, ca, hosts }: Holding, port: number): Promise<Socket> {
  const authority = `${hosts[0]}:${port}`
  const socket = await dialTunnel({ host: '127.0.0.1', ...proxy }, { authority, ca })
  const fields = `Host: ${authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`
  socket.write(`GET /socket HTTP/1.1\r\n${fields}\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(answer.toString('latin1'))
  return socket
}
