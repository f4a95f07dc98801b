import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { endHeaders, endStream, frame, frameType, headerBlock, headersFrame, resetFrame, type SeenFrame, settingsFrame, uint32 } from '../../http2-frames.ts'
import { until } from '../../until.ts'
import { get, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { onRequest, type RawConnection, startRawHttp2Origin } from './http2-origin.ts'

const good: readonly (readonly [string, string])[] = [[':status', '200']]

for (const [name, code] of [
  ['NO_ERROR', 0],
  ['CANCEL', 8],
  ['INTERNAL_ERROR', 2],
] as const) {
  t.test(`an answer that is reset in the middle with ${name} is broken, not whole`, async (t) => {
    const site = await startRawHttp2Origin(t, {
      onFrame: onRequest((connection, stream) =>
        connection.write(headersFrame(stream, good, false), frame(frameType.data, 0, stream, Buffer.from('part')), resetFrame(stream, code)),
      ),
    })
    const answer = await outboundForTest(t).forward(site.site, get(site.origin))
    t.match(await rejection(read(answer.body)), { code: 'site_down' })
  })
}

t.test('an answer that is whole stays so when its connection ends at once, though nobody has read it yet', async (t) => {
  const size = 300_000
  const data = Array.from({ length: size / 10_000 }, () => Buffer.alloc(10_000, 'x'))
  const site = await startRawHttp2Origin(t, {
    onFrame: onRequest((connection, stream) => {
      const frames = data.map((piece, i) => frame(frameType.data, i === data.length - 1 ? endStream : 0, stream, piece))
      connection.write(headersFrame(stream, good, false), ...frames)
      connection.socket.end()
    }),
  })
  const { body } = await outboundForTest(t).forward(site.site, get(site.origin))
  await pause(100)
  t.equal((await read(body)).length, size)
})

t.test('an answer whose connection ends in the middle is broken', async (t) => {
  const site = await startRawHttp2Origin(t, {
    onFrame: onRequest((connection, stream) => {
      connection.write(headersFrame(stream, good, false), frame(frameType.data, 0, stream, Buffer.from('part')))
      connection.socket.end()
    }),
  })
  const { body } = await outboundForTest(t).forward(site.site, get(site.origin))
  t.match(await rejection(read(body)), { code: 'site_down' })
})

t.test('an answer that is shorter or longer than its Content-Length is broken', async (t) => {
  for (const length of ['3', '5']) {
    const site = await startRawHttp2Origin(t, {
      onFrame: onRequest((connection, stream) => {
        connection.write(headersFrame(stream, [...good, ['content-length', length]], false))
        connection.write(frame(frameType.data, endStream, stream, Buffer.from('four')))
      }),
    })
    const text = outboundForTest(t)
      .forward(site.site, { ...get(site.origin), method: 'POST', body: Buffer.from('x') })
      .then(({ body }) => read(body))
    t.match(await rejection(text), { code: 'site_down' }, length)
  }
})

const pushedFields = [...Object.entries({ ':method': 'GET', ':scheme': 'https', ':authority': 'site.test', ':path': '/pushed' })] as const

function pushFrame(stream: number): Buffer {
  return frame(frameType.pushPromise, endHeaders, stream, Buffer.concat([uint32(2), headerBlock(pushedFields)]))
}

t.test('a site that pushes before it has acknowledged that it may not is refused the stream alone', async (t) => {
  const site = await startRawHttp2Origin(t, {
    acknowledges: false,
    onFrame: onRequest((connection, stream) => {
      connection.write(pushFrame(stream), headersFrame(2, good, false), frame(frameType.data, endStream, 2, Buffer.from('pushed')))
      connection.write(headersFrame(stream, good, false), frame(frameType.data, endStream, stream, Buffer.from('ok')))
    }),
  })
  t.equal(await read((await outboundForTest(t).forward(site.site, get(site.origin))).body), 'ok')
  await until(() => site.frames.some(({ type, stream }) => type === frameType.reset && stream === 2), 'it is reset')
})

/** What no answer may look like; over HTTP/1.1 the site answers in order. */
const malformed: Readonly<Record<string, (connection: RawConnection, stream: number) => void>> = {
  'no :status': (connection, stream) => connection.write(headersFrame(stream, [['a', 'b']], true)),
  'two of them': (connection, stream) => connection.write(headersFrame(stream, [...good, ...good], true)),
  'a :status that is no number': (connection, stream) => connection.write(headersFrame(stream, [[':status', '2x0']], true)),
  ':status 101': (connection, stream) => connection.write(headersFrame(stream, [[':status', '101']], false)),
  'an interim answer that ends the stream': (connection, stream) => connection.write(headersFrame(stream, [[':status', '103']], true)),
  'a pseudo field behind another field': (connection, stream) => connection.write(headersFrame(stream, [['a', 'b'], ...good], true)),
  'a pseudo field of requests': (connection, stream) => connection.write(headersFrame(stream, [...good, [':path', '/']], true)),
  'Transfer-Encoding': (connection, stream) => connection.write(headersFrame(stream, [...good, ['transfer-encoding', 'chunked']], true)),
  Connection: (connection, stream) => connection.write(headersFrame(stream, [...good, ['connection', 'close']], true)),
  'two lengths': (connection, stream) => connection.write(headersFrame(stream, [...good, ['content-length', '1'], ['content-length', '2']], false)),
  'content before the head': (connection, stream) => connection.write(frame(frameType.data, endStream, stream, Buffer.from('x'))),
  'a header block that cannot be read': (connection, stream) =>
    connection.write(frame(frameType.headers, endHeaders, stream, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))),
  'a frame that is too long': (connection, stream) => connection.write(frame(frameType.data, 0, stream, Buffer.alloc(20_000))),
  'a frame for a stream that nobody has opened': (connection) => connection.write(frame(frameType.data, 0, 99, Buffer.from('x'))),
  'a stream that the site opens': (connection) => connection.write(headersFrame(2, good, true)),
  'a pushed stream': (connection, stream) => connection.write(pushFrame(stream)),
  'a window that overflows': (connection, stream) => {
    for (let times = 0; times < 2; times++)
      connection.write(frame(frameType.windowUpdate, 0, stream, uint32(0x7fffffff)), frame(frameType.windowUpdate, 0, 0, uint32(0x7fffffff)))
  },
  'a header block in frames without end': (connection, stream) => {
    connection.write(frame(frameType.headers, 0, stream, headerBlock(good)))
    for (let times = 0; times < 2000; times++) connection.write(frame(frameType.continuation, 0, stream, headerBlock([['a', 'b'.repeat(100)]])))
  },
}

t.test('what no answer may look like: asked again over HTTP/1.1 where that is safe', async (t) => {
  for (const [name, onFrame] of Object.entries(malformed)) {
    const site = await startRawHttp2Origin(t, { onFrame: onRequest(onFrame) })
    const outbound = outboundForTest(t)
    const answer = await Promise.race([outbound.forward(site.site, get(site.origin)).then(({ body }) => read(body), String), pause(5000, 'nothing')])
    t.equal(answer, '1.1', name)
    await outbound.stop()
  }
})

t.test('header lists without measure end the stream', async (t) => {
  const many = Array.from({ length: 3000 }, (_, i) => [`x-${i}`, ''] as const)
  const large = Array.from({ length: 500 }, (_, i) => [`x-${i}`, 'y'.repeat(200)] as const)
  for (const [fields, acknowledges] of [
    [many, true],
    [large, true],
    [large, false],
  ] as const) {
    const block = headerBlock([...good, ...fields])
    const site = await startRawHttp2Origin(t, {
      acknowledges,
      onFrame: onRequest((connection, stream) => {
        const pieces = Array.from({ length: Math.ceil(block.length / 16_000) }, (_, i) => block.subarray(i * 16_000, (i + 1) * 16_000))
        const flags = (i: number): number => (i === pieces.length - 1 ? endHeaders : 0)
        connection.write(
          ...pieces.map((piece, i) => frame(i === 0 ? frameType.headers : frameType.continuation, flags(i) | (i === 0 ? endStream : 0), stream, piece)),
        )
      }),
    })
    t.match(await rejection(outboundForTest(t).forward(site.site, get(site.origin))), { code: 'site_down', message: /header is too large/ })
  }
})

t.test('interim answers without end are no answer', async (t) => {
  const site = await startRawHttp2Origin(t, {
    onFrame: onRequest((connection, stream) => connection.write(...Array.from({ length: 1000 }, () => headersFrame(stream, [[':status', '103']], false)))),
  })
  t.match(await rejection(outboundForTest(t).forward(site.site, get(site.origin))), { code: 'site_down' })
})

t.test('floods of SETTINGS, PING, empty frames and resets leave the relay at work', async (t) => {
  const floods = [
    settingsFrame,
    frame(frameType.ping, 0, 0, Buffer.alloc(8)),
    frame(frameType.data, 0, 1),
    resetFrame(1, 0),
    frame(0xbe, 0, 0, Buffer.alloc(10)),
    frame(frameType.windowUpdate, 0, 0, uint32(1)),
  ]
  for (const flood of floods) {
    const bytes = Buffer.concat(Array.from({ length: 20_000 }, () => flood))
    const site = await startRawHttp2Origin(t, {
      onFrame: onRequest((connection, stream) => {
        if (connection.number === 1 && stream === 1) connection.write(headersFrame(1, good, false), bytes)
        else connection.write(headersFrame(stream, good, false), frame(frameType.data, endStream, stream, Buffer.from('ok')))
      }),
    })
    const outbound = outboundForTest(t)
    const first = await outbound.forward(site.site, get(site.origin))
    const firstEnd = rejection(read(first.body))
    t.match(await read((await outbound.forward(site.site, get(site.origin))).body), /^(?:ok|1\.1)$/)
    await outbound.stop()
    await firstEnd
  }
})

t.test('a body that breaks off is reset at the site, and never ended first', async (t) => {
  const site = await startRawHttp2Origin(t, {})
  const body = new Readable({ read() {} })
  body.push('half')
  const sent = rejection(outboundForTest(t).forward(site.site, { ...get(site.origin), method: 'POST', body }))
  const ofStream = (): SeenFrame[] => site.frames.filter(({ stream }) => stream === 1)
  await until(() => ofStream().length === 2, 'half of it')
  body.destroy(new Error('the client went away'))
  await sent
  await until(() => ofStream().length === 3, 'the rest')
  t.strictSame(
    ofStream().map(({ type, flags }) => [type, flags & endStream]),
    [
      [frameType.headers, 0],
      [frameType.data, 0],
      [frameType.reset, 0],
    ],
  )
})
