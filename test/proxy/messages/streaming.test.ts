import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import { until } from '../../until.ts'
import { answersIn, collect, dialTunnel, readAll } from '../raw-client.ts'
import { page, type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

async function begin(house: House, origin: RecordingOrigin, head: string): Promise<Socket> {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`${head} HTTP/1.1\r\nHost: ${origin.host}\r\n`)
  return socket
}

/** Waits until a number that may grow has not grown for half a second. */
async function untilStill(number: () => number): Promise<void> {
  let [last, since] = [-1, 0]
  const isStill = (): boolean => {
    if (last !== number()) [last, since] = [number(), Date.now()]
    return Date.now() - since > 500
  }
  await until(isStill, 'it stands still', 20_000)
}

t.test('the head and each piece of an answer reach the client as they come', async (t) => {
  const origin = await startRecordingOrigin(t)
  let site: Socket | undefined
  origin.on('/events', (socket) => {
    site = socket
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n')
  })
  const house = await startHouse(t, { origins: [origin] })
  const socket = await begin(house, origin, 'GET /events')
  socket.write('\r\n')
  const text = collect(socket)
  await until(() => text().includes('text/event-stream'), 'the head before the body')
  for (const piece of ['one', 'two']) {
    site?.write(`data: ${piece}\n\n`)
    await until(() => text().includes(piece), piece)
  }
  socket.destroy()
  await until(() => site?.destroyed === true, 'the client goes, and so does the request to the site')
})

t.test('each piece of an upload reaches the site as it comes', async (t) => {
  const origin = await startRecordingOrigin(t)
  let received = (): string => ''
  origin.on('/upload', (socket, { body }) => {
    const more = collect(socket)
    received = () => body + more()
  })
  const house = await startHouse(t, { origins: [origin] })
  for (const framing of ['Transfer-Encoding: chunked', 'Content-Length: 10']) {
    received = () => ''
    const socket = await begin(house, origin, 'POST /upload')
    const piece = (text: string): string => (framing.startsWith('T') ? `${text.length}\r\n${text}\r\n` : text)
    socket.write(`${framing}\r\n\r\n${piece('first')}`)
    await until(() => received().includes('first'), `the first piece with ${framing}`)
    socket.write(piece('after'))
    await until(() => received().includes('after'), `the second piece with ${framing}`)
    socket.destroy()
  }
})

t.test('an answer that breaks off never looks whole', async (t) => {
  const origin = await startRecordingOrigin(t)
  const breakOff = (head: string) => (socket: Socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`)
    setTimeout(() => socket.destroy(), 30)
  }
  origin.on('/length', breakOff('Content-Length: 10\r\n\r\nhalf'))
  origin.on('/chunks', breakOff('Transfer-Encoding: chunked\r\n\r\n4\r\nhalf'))
  origin.on('/mid-chunk', breakOff('Transfer-Encoding: chunked\r\n\r\n8\r\nhalf'))
  const house = await startHouse(t, { origins: [origin] })
  for (const path of ['/length', '/chunks', '/mid-chunk']) {
    const socket = await begin(house, origin, `GET ${path}`)
    socket.write('\r\n')
    const { text, ended } = await readAll(socket)
    t.ok(ended, `${path}: the connection is cut`)
    t.notMatch(text, /\r\n0\r\n\r\n$/, `${path}: no last chunk`)
  }
})

t.test('an upload that breaks off never looks whole to the site', async (t) => {
  const origin = await startRecordingOrigin(t)
  const received: { text: () => string; socket: Socket }[] = []
  origin.on('/upload', (socket, { body }) => {
    const more = collect(socket)
    received.push({ text: () => body + more(), socket })
  })
  const house = await startHouse(t, { origins: [origin] })
  for (const [framing, half] of [
    ['Transfer-Encoding: chunked', '4\r\nhalf\r\n'],
    ['Content-Length: 10', 'half'],
  ]) {
    const socket = await begin(house, origin, 'POST /upload')
    socket.write(`${framing}\r\n\r\n${half}`)
    await until(() => received.at(-1)?.text().includes('half') === true, 'half of it')
    socket.destroy()
    await until(() => received.at(-1)?.socket.destroyed === true, `the request to the site is cut with ${framing}`)
    t.notMatch(received.at(-1)?.text(), /\r\n0\r\n\r\n$/, `no last chunk with ${framing}`)
  }
})

t.test('a reader that stands still stops the site, and memory stays bounded', async (t) => {
  const origin = await startRecordingOrigin(t)
  const total = 200 * 1024 * 1024
  let sent = 0
  origin.on('/big', (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`)
    const chunk = randomBytes(65_536)
    const more = (): void => {
      while (sent < total && !socket.destroyed) {
        sent += chunk.length
        if (!socket.write(chunk)) return void socket.once('drain', more)
      }
    }
    more()
  })
  const house = await startHouse(t, { origins: [origin] })
  const socket = await begin(house, origin, 'GET /big')
  socket.write('\r\n')
  await once(socket, 'data')
  socket.pause()
  await untilStill(() => sent)
  t.ok(sent < 40 * 1024 * 1024, `the site could send ${sent >> 20} MiB of 200 before it was held up`)
  let read = 0
  socket.on('data', (chunk) => {
    read += chunk.length
  })
  socket.resume()
  await until(() => read > 100 * 1024 * 1024, 'it goes on when the reader does', 20_000)
  socket.destroy()
})

t.test('a site that reads nothing stops the client, and memory stays bounded', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/upload', (socket) => void socket.pause())
  const house = await startHouse(t, { origins: [origin] })
  const socket = await begin(house, origin, 'PUT /upload')
  const total = 200 * 1024 * 1024
  socket.write(`Content-Length: ${total}\r\n\r\n`)
  const chunk = randomBytes(65_536)
  let sent = 0
  const more = (): void => {
    while (sent < total && !socket.destroyed) {
      sent += chunk.length
      if (!socket.write(chunk)) return void socket.once('drain', more)
    }
  }
  more()
  await untilStill(() => sent)
  t.ok(sent < 40 * 1024 * 1024, `the client could send ${sent >> 20} MiB of 200 before it was held up`)
  socket.destroy()
})

t.test('a hundred clients at once get each their own answer, and one sign-in serves them all', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const bodies = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const socket = await begin(house, origin, `POST /number/${i}`)
      socket.write(`Content-Length: ${i}\r\nConnection: close\r\n\r\n${'x'.repeat(i)}`)
      return answersIn((await readAll(socket, { ms: 20_000 })).text)[0]?.body
    }),
  )
  t.same(
    bodies,
    bodies.map((_, i) => `POST /number/${i} ${i}`),
  )
  t.equal(origin.signIns(), 1)
})

t.test('a big body arrives as it was sent, both ways', async (t) => {
  const origin = await startRecordingOrigin(t)
  const body = randomBytes(8 * 1024 * 1024).toString('latin1')
  origin.on('/big', Buffer.from(page('').replace('Content-Length: 0', `Content-Length: ${body.length}`) + body, 'latin1'))
  const house = await startHouse(t, { origins: [origin] })
  const socket = await begin(house, origin, 'PUT /big')
  socket.write(`Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`)
  socket.write(body, 'latin1')
  const { text } = await readAll(socket, { ms: 30_000 })
  t.ok(text.endsWith(body), 'the answer')
  t.ok(origin.requests[0]?.body === body, 'the request')
})

t.test('answers without a body end with their head, and the connection goes on', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/204', 'HTTP/1.1 204 No Content\r\nX-A: 204\r\n\r\n')
  origin.on('/304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\nX-A: 304\r\n\r\n')
  origin.on('/head', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX-A: head\r\n\r\n')
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  const ask = (head: string): void => void socket.write(`${head} HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  const text = collect(socket)
  ask('GET /204')
  await until(() => text().includes('X-A: 204'), '204')
  ask('GET /304')
  await until(() => text().includes('X-A: 304'), '304')
  ask('HEAD /head')
  await until(() => text().includes('X-A: head'), 'HEAD')
  ask('GET /last')
  await until(() => text().endsWith('GET /last 0'), 'the next one on the same connection')
  t.match(text(), /HTTP\/1\.1 200 OK\r\n[^\n]*Content-Length: 10\r\n/, 'the length HEAD tells about stays')
  socket.destroy()
})

t.test('trailers the site announces reach the client', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/', 'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\nSet-Cookie: a=b\r\n\r\n')
  const house = await startHouse(t, { origins: [origin] })
  const socket = await begin(house, origin, 'GET /')
  socket.write('Connection: close\r\n\r\n')
  const { text } = await readAll(socket)
  t.match(text, /\r\n0\r\nx-sum: 42\r\n\r\n$/i, 'and none that stands for something else')
})

t.test('100 Continue is given when the relay is ready for the body, and a refusal in its place when it is not', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const socket = await begin(house, origin, 'POST /a')
  socket.write('Content-Length: 4\r\nExpect: 100-continue\r\n\r\n')
  const [first] = (await once(socket, 'data')) as [Buffer]
  t.equal(first.toString(), 'HTTP/1.1 100 Continue\r\n\r\n')
  socket.write('body')
  const { text } = await readAll(socket, { until: (text) => text.includes('POST /a 4') })
  t.match(text, /^HTTP\/1\.1 200 /)
  t.equal(origin.requests[0]?.field('expect'), undefined)

  // The site answers the second while the first waits: what is told in between stands before the second answer, not in it.
  const slow = Promise.withResolvers<Socket>()
  origin.on('/slow', slow.resolve)
  origin.on('/c', (socket) => {
    socket.write(page('POST /c'))
    void slow.promise.then((first) => first.write(page('slow')))
  })
  const behind = await begin(house, origin, 'GET /slow')
  behind.write(`\r\nPOST /c HTTP/1.1\r\nHost: ${origin.host}\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody`)
  const both = await readAll(behind, { until: (text) => text.endsWith('POST /c') })
  t.same(
    answersIn(both.text).map(({ status, body }) => [status, body]),
    [
      [200, 'slow'],
      [200, 'POST /c'],
    ],
  )
  origin.requests.length = 1

  const unknown = await begin(house, origin, 'POST /b')
  unknown.write('Content-Length: 4\r\nExpect: 100-continue\r\nLogin-Relay-Account: nobody\r\n\r\n')
  const refused = await readAll(unknown)
  t.match(refused.text, /^HTTP\/1\.1 404 [\s\S]*account_unknown/)
  t.equal(origin.requests.length, 1)
})
