import { Readable } from 'node:stream'
import t from 'tap'
import { passAnswer, Tally } from '../../../relay/traffic/index.ts'
import { ask } from './http2-client.ts'
import { serveStreams } from './stream-server.ts'

t.test('an answer without a body ends its stream with its head, and raises no error on it', async (t) => {
  const errors: unknown[] = []
  const session = await serveStreams(t, (res, stream, headers) => {
    stream.on('error', (error) => errors.push(error))
    const status = Number(headers[':path']?.slice(1))
    const answer = { status, statusText: '', headers: [], body: Readable.from([]), trailers: () => [], arrived: () => Buffer.alloc(0) }
    passAnswer(answer, { fields: [], hasTrailers: false, hasLength: true } as unknown as Parameters<typeof passAnswer>[1], res, new Tally(), {
      stallTime: 60_000,
      takesTrailers: false,
    })
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
