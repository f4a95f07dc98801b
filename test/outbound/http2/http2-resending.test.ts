import { Readable } from 'node:stream'
import t from 'tap'
import { endStream, frame, frameType, goawayFrame, headersFrame, resetFrame } from '../../http2-frames.ts'
import { get, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { onRequest, type RawConnection, startRawHttp2Origin } from './http2-origin.ts'

const refusedStream = 7
const http11Required = 13

function ok(connection: RawConnection, stream: number, text = 'ok'): void {
  connection.write(headersFrame(stream, [[':status', '200']], false), frame(frameType.data, endStream, stream, Buffer.from(text)))
}

t.test('a stream that the site refused is begun again (RFC 9113 section 8.7), with its body', async (t) => {
  let refused = 0
  const site = await startRawHttp2Origin(t, {
    onFrame: onRequest((connection, stream) => {
      if (refused++ % 2 === 0) connection.write(resetFrame(stream, refusedStream))
      else ok(connection, stream)
    }),
  })
  const outbound = outboundForTest(t)
  const post = { ...get(site.origin), method: 'POST' }
  t.equal(await read((await outbound.forward(site.site, get(site.origin))).body), 'ok')
  t.equal(await read((await outbound.forward(site.site, { ...post, body: Buffer.from('whole') })).body), 'ok')
  t.equal(await read((await outbound.forward(site.site, { ...post, body: Readable.from([Buffer.from('str'), Buffer.from('eamed')]) })).body), 'ok')
  const sent = site.frames.filter(({ type }) => type === frameType.data).map(({ stream, payload }) => [stream, payload.toString()])
  const ofLast = sent.filter(([stream]) => stream === 11)
  t.equal(ofLast.map(([, text]) => text).join(''), 'streamed')
  t.ok(sent.some(([stream, text]) => stream === 7 && text === 'whole'))
  t.strictSame(site.agreed, ['h2'])
})

t.test('a site that refuses for ever is asked a few times', async (t) => {
  const site = await startRawHttp2Origin(t, { onFrame: onRequest((connection, stream) => connection.write(resetFrame(stream, refusedStream))) })
  t.match(await rejection(outboundForTest(t).forward(site.site, get(site.origin))), { code: 'site_down', message: /refused the request/ })
  t.equal(site.frames.filter(({ type }) => type === frameType.headers).length, 8)
})

t.test('a streamed body of which more was sent than is kept is not sent again', async (t) => {
  const site = await startRawHttp2Origin(t, {
    // A large window first, so that all of it can leave.
    onFrame: (connection, { type, stream, flags }) => {
      if (type === frameType.headers)
        connection.write(frame(frameType.windowUpdate, 0, stream, Buffer.from([0, 16, 0, 0])), frame(frameType.windowUpdate, 0, 0, Buffer.from([0, 16, 0, 0])))
      if (type === frameType.data && (flags & endStream) !== 0) connection.write(resetFrame(stream, refusedStream))
    },
  })
  const body = Readable.from([Buffer.alloc(60_000), Buffer.alloc(60_000)])
  t.match(await rejection(outboundForTest(t).forward(site.site, { ...get(site.origin), method: 'POST', body })), { code: 'site_down' })
  t.equal(site.frames.filter(({ type }) => type === frameType.headers).length, 1)
})

for (const code of [0, 2]) {
  t.test(`requests above the last stream of a GOAWAY with code ${code} are sent again elsewhere; the others are not`, async (t) => {
    const heads: [connection: number, stream: number][] = []
    const site = await startRawHttp2Origin(t, {
      onFrame: onRequest((connection, stream) => {
        heads.push([connection.number, stream])
        if (connection.number > 1) return ok(connection, stream)
        if (stream === 1) return ok(connection, stream)
        if (stream !== 7) return
        // Streams 3 and below may have been acted on.
        connection.write(goawayFrame(3, code))
        if (code === 0) ok(connection, 3, 'late')
        else connection.socket.end()
      }),
    })
    const outbound = outboundForTest(t)
    await read((await outbound.forward(site.site, get(site.origin))).body)
    const post = { ...get(site.origin), method: 'POST', body: Buffer.from('x') }
    const answers = await Promise.all(
      [post, get(site.origin), post].map(async (request) => {
        try {
          return await read((await outbound.forward(site.site, request)).body)
        } catch (error) {
          return (error as { code: string }).code
        }
      }),
    )
    t.strictSame(answers, [code === 0 ? 'late' : 'site_down', 'ok', 'ok'])
    t.equal(heads.filter(([connection]) => connection === 2).length, 2)
  })
}

t.test('a connection that closes without a word leaves requests unsure: they are not sent again', async (t) => {
  const site = await startRawHttp2Origin(t, { onFrame: onRequest(({ socket }) => socket.destroy()) })
  t.match(await rejection(outboundForTest(t).forward(site.site, get(site.origin))), { code: 'site_down' })
  t.equal(site.frames.filter(({ type }) => type === frameType.headers).length, 1)
})

t.test('a site that wants HTTP/1.1 for a request gets it, and what follows', async (t) => {
  const site = await startRawHttp2Origin(t, { onFrame: onRequest((connection, stream) => connection.write(resetFrame(stream, http11Required))) })
  const outbound = outboundForTest(t)
  t.equal(await read((await outbound.forward(site.site, { ...get(site.origin), method: 'POST', body: Buffer.from('x') })).body), '1.1')
  t.equal(await read((await outbound.forward(site.site, get(site.origin))).body), '1.1')
  t.equal(site.agreed.filter((protocol) => protocol === 'h2').length, 1)
})

t.test('a site that agrees on HTTP/2 and speaks something else is spoken to over HTTP/1.1', async (t) => {
  for (const greeting of ['HTTP/1.1 400 Bad Request\r\n\r\n', '\0\0\0\0\0\0\0\0\0\0\0\0\0']) {
    const site = await startRawHttp2Origin(t, { greeting: Buffer.from(greeting) })
    const outbound = outboundForTest(t)
    const post = { ...get(site.origin), method: 'POST', body: Buffer.from('x') }
    const bodies = await Promise.all([post, get(site.origin), post].map(async (request) => read((await outbound.forward(site.site, request)).body)))
    t.strictSame(bodies, ['1.1', '1.1', '1.1'])
    t.equal(site.agreed.filter((protocol) => protocol === 'h2').length, 1)
    t.equal(site.frames.filter(({ type }) => type === frameType.headers).length, 0, 'no request was sent before it was known')
  }
})

t.test('a site that closes each connection of HTTP/2 before it has said anything is spoken to over HTTP/1.1', async (t) => {
  const site = await startRawHttp2Origin(t, { greeting: Buffer.alloc(0), onFrame: ({ socket }) => socket.destroy() })
  t.equal(await read((await outboundForTest(t).forward(site.site, get(site.origin))).body), '1.1')
})

t.test('a site that says nothing over HTTP/2 is waited for a few seconds, then spoken to over HTTP/1.1', async (t) => {
  const site = await startRawHttp2Origin(t, { greeting: Buffer.alloc(0) })
  const outbound = outboundForTest(t)
  t.equal(await read((await outbound.forward(site.site, get(site.origin))).body), '1.1')
  t.strictSame(site.agreed, ['h2', 'http/1.1'])
})

t.test('a site that takes no streams at all is spoken to over HTTP/1.1', async (t) => {
  const greeting = frame(frameType.settings, 0, 0, Buffer.from([0, 3, 0, 0, 0, 0]))
  const site = await startRawHttp2Origin(t, { greeting })
  t.equal(await read((await outboundForTest(t).forward(site.site, get(site.origin))).body), '1.1')
})

t.test('an answer against the rules of HTTP/2: what only reads is asked again over HTTP/1.1, what may have acted is not', async (t) => {
  const upperCase = onRequest((connection, stream) =>
    connection.write(
      headersFrame(
        stream,
        [
          [':status', '200'],
          ['X-Upper', 'a'],
          [':status', '200'],
        ],
        true,
      ),
    ),
  )
  const reading = await startRawHttp2Origin(t, { onFrame: upperCase })
  t.equal(await read((await outboundForTest(t).forward(reading.site, get(reading.origin))).body), '1.1')
  const acting = await startRawHttp2Origin(t, { onFrame: upperCase })
  const outbound = outboundForTest(t)
  const post = { ...get(acting.origin), method: 'POST', body: Buffer.from('x') }
  t.match(await rejection(outbound.forward(acting.site, post)), { code: 'site_down', message: /not valid HTTP/ })
  t.equal(await read((await outbound.forward(acting.site, post)).body), '1.1', 'but the next one goes over HTTP/1.1')
})
