import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tellEarlyHints } from '../../../relay/outbound/exchange/early-hints.ts'
import { processorTime } from '../../processor-time.ts'
import { get, loopbackSite, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { startRawOrigin } from '../raw-origin.ts'

interface Vector {
  readonly id: string
  readonly name: string
  readonly verdict: 'accept' | 'reject' | 'close-after-first' | 'upgrade'
  readonly text?: string
  readonly base64?: string
}

const file = join(import.meta.dirname, '../../../../shared/vectors/http1-parsing/llhttp-responses.json')
/** Taken by llhttp, refused by the build of it in undici 7.30: a tab behind the number of Content-Length. Legal, unheard of, and the strict side. */
const stricter = new Set(['content-length#18'])
const vectors: Vector[] = existsSync(file) || process.env.CI ? JSON.parse(readFileSync(file, 'utf8')) : []

for (const { id, name, verdict, text, base64 } of vectors) {
  t.test(`${id} (${name}): ${verdict}`, async (t) => {
    const bytes = base64 === undefined ? Buffer.from(text ?? '', 'latin1') : Buffer.from(base64, 'base64')
    for (const inPieces of [false, true]) {
      const site = await startRawOrigin(t, {
        async onData(socket) {
          const pieces = inPieces ? Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)) : [bytes]
          for (const piece of pieces) {
            socket.write(piece)
            if (inPieces) await new Promise(setImmediate)
          }
          socket.end()
        },
      })
      const origin = `http://site.test:${site.port}`
      const outbound = outboundForTest(t)
      const sent = () => outbound.agent(loopbackSite(origin)).send({ method: 'GET', url: new URL(origin), headers: [] })
      const forwarded = () => outbound.forward(loopbackSite(origin), get(origin))
      for (const way of [sent, forwarded]) {
        if (verdict === 'reject' || stricter.has(id)) t.match(await rejection(way().then(({ body }) => read(body))), { code: 'site_down' })
        else if (verdict === 'upgrade') t.match(await rejection(way()), { code: 'site_down' }, 'nobody asked for an upgrade')
        else {
          const { status, body } = await way()
          t.ok(status >= 200 && status < 600)
          await rejection(read(body))
        }
      }
      await outbound.stop()
    }
  })
}
if (vectors.length === 0) t.test('the vectors of llhttp', { skip: 'the vectors are not here' }, async () => {})

t.test('interim answers are let go by, however many come and however they are cut', async (t) => {
  const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 100 Continue\r\nX: y\r\n\r\n'
  const bytes = Buffer.from(`${interim}HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello`)
  for (let size = 1; size < bytes.length; size += 7) {
    const site = await startRawOrigin(t, {
      async onData(socket) {
        for (let at = 0; at < bytes.length; at += size) {
          socket.write(bytes.subarray(at, at + size))
          await new Promise(setImmediate)
        }
      },
    })
    const origin = `http://site.test:${site.port}`
    const outbound = outboundForTest(t)
    const answer = await outbound.forward(loopbackSite(origin), get(origin))
    t.equal(answer.status, 200)
    t.strictSame(answer.headers, ['Content-Length', '5'])
    t.equal(await read(answer.body), 'hello')
    // The connection is good for more.
    t.equal(await read((await outbound.forward(loopbackSite(origin), get(origin))).body), 'hello')
  }
})

t.test('an answer whose header has no end is given up', async (t) => {
  const endless: Record<string, string> = {
    'a status line': `HTTP/1.1 200 ${'x'.repeat(70_000)}`,
    'an interim answer': `HTTP/1.1 103 Early Hints\r\n${'x: y\r\n'.repeat(20_000)}`,
    'interim answers': 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000),
    'a header': `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(40_000)}`,
    'a field': `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`,
  }
  for (const [title, bytes] of Object.entries(endless)) {
    const site = await startRawOrigin(t, { onData: (socket) => void socket.write(bytes) })
    const origin = `http://site.test:${site.port}`
    t.match(await rejection(outboundForTest(t).forward(loopbackSite(origin), get(origin))), { code: 'site_down' }, title)
  }
})

t.test('an early hint of spaces alone takes no time to speak of', async (t) => {
  const head = `HTTP/1.1 103 Early Hints\r\nLink:${' '.repeat(65_000)}\x01\r\n\r\n`
  const before = processorTime()
  tellEarlyHints(head, () => t.fail('it is no field'))
  const used = processorTime() - before
  t.ok(used < 500, `${Math.round(used)} ms of processor time`)
})
