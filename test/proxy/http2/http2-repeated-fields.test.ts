import { once } from 'node:events'
import type { ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import t from 'tap'
import { webSocketProof } from '../../../relay/outbound/index.ts'
import { upgradeOnStream } from '../../../relay/proxy/http2/accept-websocket.ts'
import { readRequestHead } from '../../../relay/traffic/index.ts'
import { page, startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'
import { agree } from './http2-business-site.ts'
import { answerOf, openHttp2 } from './http2-client.ts'
import { serveStreams } from './stream-server.ts'

// What a server and the framework behind it both say: RFC 9110 allows each of them once.
const twice = ['X-Content-Type-Options: nosniff', 'X-Content-Type-Options: nosniff', 'Expires: 0', 'Expires: -1', 'Date: x', 'Date: y']

t.test('an answer with a field twice of which there should be one comes over HTTP/2 as it came', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/page', page('hello', [...twice, 'Content-Type: text/plain', 'HTTP2-Settings: AAMAAABk', ''].join('\r\n')))
  const house = await startHouse(t, { origins: [origin] })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const stream = session.request({ ':path': '/page' })
  const answer = answerOf(stream)
  const [headers, , raw] = (await once(stream, 'response')) as [Record<string, unknown>, number, string[]]
  t.equal(headers[':status'], 200)
  const values = (name: string) => raw.filter((_, i) => raw[i - 1] === name)
  t.same(values('x-content-type-options'), ['nosniff', 'nosniff'])
  t.same(
    [values('expires'), values('date'), values('content-type')],
    [
      ['0', '-1'],
      ['x', 'y'],
      ['text/html', 'text/plain'],
    ],
  )
  t.same(values('http2-settings'), [], 'what is about a connection stays on it')
  t.equal((await answer).body, 'hello')
})

t.test('a WebSocket that a site agrees to with such fields is joined, and the relay lives on', async (t) => {
  const origin = await startRecordingOrigin(t)
  const agreeing =
    (fields: string) =>
    (socket: Duplex, { field }: { field(name: string): string | undefined }) => {
      agree(socket, field, fields)
      socket.on('data', (chunk: Buffer) => socket.write(chunk))
    }
  origin.on('/ws', agreeing(twice.join('\r\n')))
  origin.on('/settings', agreeing('HTTP2-Settings: AAMAAABk'))
  const house = await startHouse(t, { origins: [origin] })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const connecting = { ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'https', ':authority': origin.host, 'sec-websocket-version': '13' }
  for (const path of ['/ws', '/settings']) {
    const stream = session.request({ ...connecting, ':path': path }, { endStream: false })
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    t.equal(headers[':status'], 200, path)
    stream.write('\x81\x05hello', 'latin1')
    t.equal(((await once(stream, 'data')) as [Buffer])[0].toString('latin1'), '\x81\x05hello')
    stream.close()
  }
})

t.test('an agreement that cannot be written on a stream is none', (t) => {
  const stream = {
    respond() {
      throw new Error('node:http2 does not write this')
    },
  } as unknown as ServerHttp2Stream
  const head = readRequestHead(['Host', 'site.test'], 'h2')
  if (typeof head === 'string') throw new Error(head)
  const { accept } = upgradeOnStream(stream, head)
  const key = head.fields.at(-1) as string
  t.equal(accept({ fields: ['Sec-WebSocket-Accept', webSocketProof(key)] } as unknown as Parameters<typeof accept>[0]), false)
  t.end()
})

t.test('a client that waits to send its body and gives its stream up at that moment is told nothing', async (t) => {
  const { promise: told, resolve, reject } = Promise.withResolvers<void>()
  const session = await serveStreams(t, (res, stream) => {
    stream.on('error', () => {})
    stream.destroy()
    try {
      res.writeContinue()
      resolve()
    } catch (error) {
      reject(error)
    }
  })
  session.request({ ':method': 'POST' }, { endStream: false }).on('error', () => {})
  await t.resolves(told)
})
