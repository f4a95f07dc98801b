import { once } from 'node:events'
import { connect, createServer, Http2ServerRequest } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import t from 'tap'
import { StreamAnswer } from '../../../relay/proxy/http2/stream-answer.ts'
import { passAnswer, Tally } from '../../../relay/traffic/index.ts'
import { ask } from './http2-client.ts'

t.test('an answer without a body ends its stream with its head, and raises no error on it', async (t) => {
  const errors: unknown[] = []
  const server = createServer().on('stream', (stream, headers, _flags, raw) => {
    stream.on('error', (error) => errors.push(error))
    const res = new StreamAnswer(stream, new Http2ServerRequest(stream, headers, {}, raw))
    const status = Number(headers[':path']?.slice(1))
    const answer = { status, statusText: '', headers: [], body: Readable.from([]), trailers: () => [], arrived: () => Buffer.alloc(0) }
    passAnswer(answer, { fields: [], hasTrailers: false, hasLength: true } as unknown as Parameters<typeof passAnswer>[1], res, new Tally(), {
      stallTime: 60_000,
      takesTrailers: false,
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.teardown(() => {
    session.destroy()
    server.close()
  })
  for (const [method, status] of [
    ['GET', 204],
    ['GET', 304],
    ['HEAD', 200],
    ['GET', 200],
  ] as const) {
    const { headers, body, reset } = await ask(session, { ':method': method, ':path': `/${status}` })
    t.same([headers[':status'], body, reset], [status, '', 0], `${method} ${status}`)
  }
  t.same(errors, [])
})
