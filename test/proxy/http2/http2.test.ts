import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import { endStream, frameType, headersFrame, onFrames, preface, untilStreamEnds } from '../../http2-frames.ts'
import { curl, temporaryFile } from '../curl.ts'
import { collect } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'
import { answerOf, ask, dialHttp2, openHttp2 } from './http2-client.ts'
import { testOneFreshSignIn } from './one-fresh-sign-in.ts'

t.test('a client that speaks HTTP/2 reaches the site signed in, many requests at a time, with one sign-in', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => ask(session, { ':path': `/page/${i}?q=a%20b`, cookie: 'sid=stale; theme=dark' })))
  t.same(
    answers.map(({ headers, body }) => [headers[':status'], body]),
    answers.map((_, i) => [200, `GET /page/${i}?q=a%20b 0`]),
  )
  t.equal(origin.signIns(), 1)
  t.equal(origin.requests[0]?.field('cookie'), 'theme=dark; sid=1')
  t.equal(origin.requests[0]?.field('host'), origin.host)
  t.match(origin.requests[0]?.field('via'), /login-relay/)
})

t.test('curl speaks HTTP/2 through the proxy by itself', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const caFile = temporaryFile(t, 'ca.pem', house.certificateAuthority.pem())
  const { exit, out } = await curl('--http2', '--proxy', house.proxyUrl, '--cacert', caFile, '--write-out', '\n%{http_version}', `${origin.origin}/page`)
  t.equal(exit, 0)
  t.equal(out, 'GET /page 0\n2')
})

t.test('a body goes up with its length or without one, and an answer comes down with its trailers', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/trailers', 'HTTP/1.1 200 OK\r\nTrailer: Digest\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nDigest: abc\r\n\r\n')
  const house = await startHouse(t, { origins: [origin] })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const body = Buffer.alloc(300_000, 'x')
  t.equal((await ask(session, { ':method': 'POST', ':path': '/up', 'content-length': body.length }, body)).body, 'POST /up 300000')
  t.equal(origin.requests.at(-1)?.field('content-length'), '300000')
  t.equal((await ask(session, { ':method': 'POST', ':path': '/up' }, body)).body, 'POST /up 300000')
  t.equal(origin.requests.at(-1)?.field('transfer-encoding'), 'chunked')
  const answer = await ask(session, { ':path': '/trailers' })
  t.equal(answer.body, 'hi')
  t.equal(answer.trailers.digest, 'abc')
})

t.test('an answer that breaks off is told as broken, and the other streams go on', async (t) => {
  const origin = await startRecordingOrigin(t)
  let site: Socket | undefined
  origin.on('/slow', (socket) => {
    site = socket
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome')
  })
  const house = await startHouse(t, { origins: [origin] })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const stream = session.request({ ':path': '/slow' })
  const broken = answerOf(stream)
  await once(stream, 'data')
  site?.destroy()
  const { body, reset } = await broken
  t.equal(body, 'some')
  t.not(reset, 0)
  t.equal((await ask(session, { ':path': '/page' })).body, 'GET /page 0')
})

t.test('an answer without a length that breaks off is reset, and never ended first', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/slow', (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n')
    setTimeout(() => socket.destroy(), 50)
  })
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialHttp2(house.access, house.tunnelTo(origin))
  const seen: [type: number, flags: number][] = []
  onFrames(socket, ({ type, flags, stream }) => stream === 1 && seen.push([type, flags & endStream]))
  const request = { ':method': 'GET', ':scheme': 'https', ':authority': origin.host, ':path': '/slow' }
  socket.write(Buffer.concat([preface, headersFrame(1, Object.entries(request), true)]))
  await untilStreamEnds(socket, 1)
  socket.destroy()
  t.strictSame(seen, [
    [frameType.headers, 0],
    [frameType.data, 0],
    [frameType.reset, 0],
  ])
})

t.test('a stream that the client gives up ends the request to the site', async (t) => {
  const origin = await startRecordingOrigin(t)
  const site = new Promise<Socket>((resolve) => origin.on('/wait', (socket) => resolve(socket)))
  const house = await startHouse(t, { origins: [origin] })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const stream = session.request({ ':path': '/wait' }).on('error', () => {})
  const socket = await site
  const closed = once(socket, 'close')
  stream.close(8)
  await closed
  t.ok(socket.destroyed)
})

t.test('an answer that shows the end of the session leads to one fresh sign-in and the page that was asked for', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await testOneFreshSignIn(t, house, origin)
})

t.test('a WebSocket by extended CONNECT is an upgrade toward the site, with a key and proof of its own', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/ws', (socket, request) => {
    const proof = createHash('sha1')
      .update(`${request.field('sec-websocket-key')}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${proof}\r\n\r\n`)
    socket.on('data', (chunk) => socket.write(chunk))
  })
  origin.on('/liar', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: abc=\r\n\r\n')
  const house = await startHouse(t, { origins: [origin] })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const connecting = { ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'https', ':authority': origin.host, 'sec-websocket-version': '13' }
  const stream = session.request({ ...connecting, ':path': '/ws' }, { endStream: false })
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
  t.equal(headers[':status'], 200)
  t.notOk(headers['sec-websocket-accept'])
  t.equal(origin.requests.at(-1)?.field('cookie'), 'sid=1')
  stream.write('\x81\x05hello', 'latin1')
  const [echo] = (await once(stream, 'data')) as [Buffer]
  t.equal(echo.toString('latin1'), '\x81\x05hello')
  const ended = answerOf(stream)
  await house.sessions.end(house.account.id)
  t.match((await ended).body, /the session has ended$/, 'the end of the session reaches it')
  t.equal((await ask(session, { ...connecting, ':path': '/liar' })).headers[':status'], 502)
})

t.test('revoking the device ends its connection and every stream on it', async (t) => {
  const origin = await startRecordingOrigin(t)
  const waiting = new Promise<Socket>((resolve) => origin.on('/wait', (socket) => resolve(socket)))
  const house = await startHouse(t, { origins: [origin] })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  session.request({ ':path': '/wait' }).on('error', () => {})
  const received = collect(await waiting)
  const closed = once(session, 'close')
  await house.identity.revokeDevice(house.device.id)
  await closed
  t.ok(session.destroyed)
  t.equal(received(), '')
})
