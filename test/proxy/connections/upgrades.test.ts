import { once } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import { until } from '../../until.ts'
import { answersIn, collect, dialProxy, dialTunnel, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'
import * as websocket from '../websocket.ts'

const switching = `${websocket.switching}Set-Cookie: ws=1; Path=/; HttpOnly\r\n\r\n`
const asking = websocket.asking.replace('Upgrade', 'keep-alive, Upgrade')

t.test('a WebSocket reaches the site signed in, and its bytes pass both ways', async (t) => {
  for (const scheme of ['https', 'http'] as const) {
    const origin = await startRecordingOrigin(t, { scheme })
    let site: Socket | undefined
    origin.on('/ws', (socket, { body }) => {
      site = socket
      socket.write(switching)
      socket.write(`early:${body}`)
      socket.on('data', (chunk) => socket.write(chunk))
    })
    const house = await startHouse(t, { origins: [origin] })
    const isTunnel = scheme === 'https'
    const socket = isTunnel ? await dialTunnel(house.access, house.tunnelTo(origin)) : await dialProxy(house.access)
    const credentials = isTunnel ? '' : `Proxy-Authorization: ${house.access.authorization}\r\n`
    socket.write(`GET ${isTunnel ? '' : origin.origin}/ws HTTP/1.1\r\nHost: ${origin.host}\r\n${credentials}${asking}Cookie: sid=stale\r\n\r\n`)
    const received = collect(socket)
    while (!received().includes('early:')) await once(socket, 'data')
    t.match(received(), /^HTTP\/1\.1 101 Switching Protocols\r\n/)
    t.match(received(), /\r\nUpgrade: websocket\r\n/)
    t.match(received(), /\r\nSec-WebSocket-Accept: abc=\r\n/)
    t.notMatch(received(), /set-cookie/i, 'cookies stay in the relay')
    const [request] = origin.requests
    t.equal(request?.field('cookie'), 'sid=1')
    t.equal(request?.field('upgrade'), 'websocket')
    t.equal(request?.field('sec-websocket-key'), 'key==')
    socket.write('\x81\x05hello')
    while (!received().endsWith('\x81\x05hello')) await once(socket, 'data')
    socket.destroy()
    await new Promise((resolve) => site?.once('close', resolve))
  }
})

t.test('a site that keeps speaking is left, too, when its WebSocket ends with the session', async (t) => {
  const origin = await startRecordingOrigin(t)
  let site: Socket | undefined
  origin.on('/ws', (socket) => {
    site = socket
    // Empty frames: the relay is between two of them when the session ends, and so can tell the client why.
    const frames = Buffer.alloc(1 << 14, '8100', 'hex')
    const pour = (): void => {
      while (socket.write(frames));
    }
    socket.on('drain', pour).write(switching, pour)
  })
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${origin.host}\r\n${asking}\r\n`)
  await once(socket.resume(), 'data')
  await house.sessions.end(house.account.id)
  await until(() => site?.destroyed === true, 'its end at the site')
})

t.test('a WebSocket the site refuses is answered as the site answered', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/ws', 'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno')
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${origin.host}\r\n${asking}\r\n`)
  const { text, ended } = await readAll(socket)
  t.equal(answersIn(text)[0]?.status, 426)
  t.equal(answersIn(text)[0]?.body, 'no')
  t.ok(ended)
})

t.test('a WebSocket on a session that has ended is asked for again on a fresh one', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await house.sessions.ensure(house.account.id)
  origin.expire()
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${origin.host}\r\n${asking}\r\n`)
  const { text } = await readAll(socket)
  t.equal(answersIn(text)[0]?.body, 'GET /ws 0', 'which this site answers with a page')
  t.equal(origin.signIns(), 2)
})

t.test('another upgrade is not taken up, and the request is answered as it stands', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(
    `POST /a HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nContent-Length: 2\r\n\r\nhi`,
  )
  const { text } = await readAll(socket, { until: (text) => answersIn(text).length > 0 })
  t.equal(answersIn(text)[0]?.body, 'POST /a 2')
  t.equal(origin.requests[0]?.field('upgrade'), undefined)
  t.equal(origin.requests[0]?.field('http2-settings'), undefined)
})
