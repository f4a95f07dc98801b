import { once } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import { closeFrame } from '../../../relay/traffic/live/websocket-frames.ts'
import { ask, openHttp2 } from '../http2/http2-client.ts'
import { answersIn, collect, dialTunnel, readAll } from '../raw-client.ts'
import { type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: abc=\r\n\r\n'
const asking = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: key==\r\nSec-WebSocket-Version: 13\r\n'
const goingAway = closeFrame(1001, 'the relay is being stopped').toString('latin1')
const sessionEnded = closeFrame(4401, 'the session has ended').toString('latin1')

/** A WebSocket to the site on which the client has come as far as these words. */
async function openWebSocket(house: House, origin: RecordingOrigin, words: string): Promise<{ received(): string; readonly closed: Promise<unknown> }> {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${origin.host}\r\n${asking}\r\n`)
  const received = collect(socket)
  while (!received().endsWith(words)) await once(socket, 'data')
  return { received, closed: once(socket, 'close') }
}

t.test('told to stop, it takes no more, and what is under way comes to its end', async (t) => {
  const origin = await startRecordingOrigin(t)
  const sites: Socket[] = []
  origin.on('/slow', (socket) => sites.push(socket))
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET /slow HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const stream = ask(session, { ':path': '/slow' })
  const answer = readAll(socket)
  while (sites.length < 2) await new Promise(setImmediate)
  const stopped = house.proxy.stop(5000)
  await t.rejects(dialTunnel(house.access, house.tunnelTo(origin)))
  for (const site of sites) site.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone')
  t.equal(answersIn((await answer).text)[0]?.body, 'done')
  t.equal((await stream).body, 'done')
  await stopped
})

t.test('what does not come to its end in time is ended', async (t) => {
  const origin = await startRecordingOrigin(t)
  const asked = new Promise<void>((resolve) => origin.on('/never', () => resolve()))
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET /never HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  await asked
  const closed = once(socket, 'close')
  await house.proxy.stop(100)
  await closed
  t.ok(socket.destroyed)
})

t.test('a WebSocket is told why it ends: the relay stops, its session is over, the site has ended the session', async (t) => {
  for (const [why, told] of [
    ['stop', goingAway],
    ['end', sessionEnded],
    ['expire', sessionEnded],
  ] as const) {
    const origin = await startRecordingOrigin(t)
    origin.on('/ws', (socket) => {
      socket.write(`${switching}\x81\x02hi`, 'latin1')
    })
    const house = await startHouse(t, { origins: [origin] })
    const { received, closed } = await openWebSocket(house, origin, 'hi')
    const ways = {
      stop: () => house.proxy.stop(5000),
      end: () => house.sessions.end(house.account.id),
      async expire() {
        origin.expire()
        const other = await dialTunnel(house.access, house.tunnelTo(origin))
        other.write(`GET /page HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
        await readAll(other, { until: (text) => text.includes('GET /page') })
      },
    }
    await ways[why]()
    await closed
    t.ok(received().endsWith(`hi${told}`), why)
  }
})

t.test('in the middle of a frame a WebSocket is broken off: nothing is put into the site’s own message', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/ws', (socket) => {
    socket.write(`${switching}\x81\x7d part of it`, 'latin1')
  })
  const house = await startHouse(t, { origins: [origin] })
  const { received, closed } = await openWebSocket(house, origin, 'part of it')
  await house.sessions.end(house.account.id)
  await closed
  t.ok(received().endsWith('part of it'))
})
