import { once } from 'node:events'
import type { ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import t from 'tap'
import { until } from '../../until.ts'
import { createTestAuthority } from '../certificates.ts'
import { get, loopbackSite, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { answering, startRawOrigin } from '../raw-origin.ts'
import { startHttp2Origin } from './http2-origin.ts'

t.test('many requests at once go over one connection', async (t) => {
  const site = await startHttp2Origin(t, (stream, { ':path': path }) => {
    stream.respond({ ':status': 200 })
    stream.end(`answer to ${path}`)
  })
  const outbound = outboundForTest(t)
  const answers = await Promise.all(Array.from({ length: 80 }, (_, i) => outbound.forward(site.site, get(site.origin, `/${i}?q=%20`))))
  const bodies = await Promise.all(answers.map(({ body }) => read(body)))
  t.strictSame(
    bodies,
    bodies.map((_, i) => `answer to /${i}?q=%20`),
  )
  t.strictSame(site.agreed, ['h2'])
})

t.test('a header section is written as HTTP/2 asks for, and read as it came', async (t) => {
  let seen: readonly string[] = []
  const site = await startHttp2Origin(t, (stream, _headers, raw) => {
    seen = raw
    stream.respond([':status', '207', 'set-cookie', 'a=1', 'x-odd', 'caf\xe9 \x80\xff', 'set-cookie', 'b="\xc3\xa9"', 'empty', ''])
    stream.end('ok')
  })
  const headers = ['X-First', '1 ', 'Cookie', 'a=1; n=caf\xe9', 'x-first', '2', 'HOST', 'elsewhere.test', 'Connection', 'x-first', 'Keep-Alive', '5']
  const more = [
    'Transfer-Encoding',
    'chunked',
    'TE',
    'trailers',
    'Upgrade',
    'h2c',
    'HTTP2-Settings',
    'AAA',
    'Proxy-Connection',
    'close',
    'Expect',
    '100-continue',
  ]
  const answer = await outboundForTest(t).forward(site.site, { ...get(site.origin, '/a%20b?c=\xe9'), headers: [...headers, ...more] })
  t.strictSame(seen, [
    ...[':method', 'GET', ':scheme', 'https', ':authority', new URL(site.origin).host, ':path', '/a%20b?c=\xe9'],
    ...['x-first', '1', 'cookie', 'a=1; n=caf\xe9', 'x-first', '2'],
  ])
  t.equal(answer.status, 207)
  t.equal(answer.statusText, 'Multi-Status', 'there is none in HTTP/2; for a client of HTTP/1.1 it is the usual one')
  t.strictSame(answer.headers.slice(0, 8), ['set-cookie', 'a=1', 'x-odd', 'caf\xe9 \x80\xff', 'set-cookie', 'b="\xc3\xa9"', 'empty', ''])
  t.equal(await read(answer.body), 'ok')
})

t.test('what cannot be written is refused, and no field of it leaves', async (t) => {
  let requests = 0
  const site = await startHttp2Origin(t, (stream) => {
    requests += 1
    stream.respond({ ':status': 200 }, { endStream: true })
  })
  const outbound = outboundForTest(t)
  await read((await outbound.forward(site.site, get(site.origin))).body)
  const values = ['a\r\nx: y', 'a\0x\0y', 'a\nb', 'a\rb', 'a\x7f', '\u20ac']
  for (const value of values) {
    t.match(await rejection(outbound.forward(site.site, { ...get(site.origin), headers: ['x', value] })), { code: 'bad_request' }, JSON.stringify(value))
    const inPath = outbound.forward(site.site, get(site.origin, `/${value} `))
    t.match(await rejection(inPath), { code: 'bad_request' })
    t.match(await rejection(outbound.forward(site.site, { ...get(site.origin), method: value })), { code: 'bad_request' })
  }
  for (const name of [':path', ':authority', 'a b', '', 'x\0y', 'caf\xe9']) {
    t.match(await rejection(outbound.forward(site.site, { ...get(site.origin), headers: [name, 'a'] })), { code: 'bad_request' }, JSON.stringify(name))
  }
  t.equal(requests, 1)
})

t.test('a cookie and credentials are never put into the table that all requests share', async (t) => {
  let blocks = 0
  const site = await startHttp2Origin(t, (stream, headers) => {
    blocks = Math.max(blocks, Number(stream.session?.state.inflateDynamicTableSize))
    stream.respond({ ':status': 200 })
    stream.end(String(headers.cookie).length + String(headers.authorization))
  })
  const outbound = outboundForTest(t)
  const headers = ['Cookie', `sid=${'s'.repeat(1000)}`, 'Authorization', `Bearer ${'t'.repeat(1000)}`]
  for (let times = 0; times < 3; times++)
    t.equal(await read((await outbound.forward(site.site, { ...get(site.origin), headers })).body), `1004Bearer ${'t'.repeat(1000)}`)
  t.ok(blocks < 1000, `${blocks} bytes stand in it`)
})

t.test('nor is what by its name is a secret', async (t) => {
  const names = ['X-Auth-Token', 'X-CSRF-Token', 'X-Api-Key', 'apikey', 'X-Session-Id', 'X-XSRF', 'Client-Secret', 'X-Amz-Signature']
  let size = 0
  const site = await startHttp2Origin(t, (stream) => {
    size = Math.max(size, Number(stream.session?.state.inflateDynamicTableSize))
    stream.respond({ ':status': 200 }, { endStream: true })
  })
  const outbound = outboundForTest(t)
  const ask = async (headers: string[]): Promise<number> => {
    await read((await outbound.forward(site.site, { ...get(site.origin), headers })).body)
    return size
  }
  const before = await ask([])
  t.equal(await ask(names.flatMap((name) => [name, 's'.repeat(300)])), before)
  t.ok((await ask(['X-Other', 's'.repeat(300)])) > before + 300)
})

t.test('a body goes up as fast as the site takes it, and comes down as fast as it is read', async (t) => {
  const size = 8 << 20
  const site = await startHttp2Origin(t, (stream, { ':path': path }) => {
    stream.respond({ ':status': 200 })
    if (path === '/echo') stream.pipe(stream)
    else stream.end(Buffer.alloc(size, 'y'))
  })
  const outbound = outboundForTest(t)
  const source = Readable.from(pieces(size))
  const up = await outbound.forward(site.site, { ...get(site.origin, '/echo'), method: 'POST', body: source })
  // Nobody reads the echo: the site stops reading, and so does the relay.
  await until(() => source.isPaused(), 'the body is held back')
  t.ok(up.body.readableLength <= 1 << 20)
  t.equal((await read(up.body)).length, size)
  const down = await outbound.forward(site.site, get(site.origin, '/big'))
  await until(() => down.body.readableLength > 0, 'it begins')
  t.ok(down.body.readableLength < size / 4, 'it is not heaped up')
  t.equal((await read(down.body)).length, size)
  t.equal(await read((await outbound.forward(site.site, { ...get(site.origin, '/echo'), method: 'PUT', body: Buffer.from('whole') })).body), 'whole')
  t.strictSame(site.agreed, ['h2'])
})

t.test('trailers are there once the body has ended; interim answers are let go by', async (t) => {
  const site = await startHttp2Origin(t, (stream) => {
    stream.additionalHeaders({ ':status': 103, link: '</a.css>' })
    stream.respond({ ':status': 200 }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': 'caf\xe9', 'x-two': ['a', 'b'] }))
    stream.end('body')
  })
  const answer = await outboundForTest(t).forward(site.site, get(site.origin))
  t.equal(answer.status, 200)
  t.equal(await read(answer.body), 'body')
  t.strictSame(answer.trailers(), ['x-sum', 'caf\xe9', 'x-two', 'a', 'x-two', 'b'])
})

t.test('trailers of a request that node:http2 takes for wrong are left out, and the request goes', async (t) => {
  const given: unknown[] = []
  const site = await startHttp2Origin(t, (stream) => {
    stream.respond({ ':status': 200 })
    stream.on('trailers', (trailers) => given.push({ ...trailers }))
    stream.pipe(stream)
  })
  const outbound = outboundForTest(t)
  for (const trailers of [
    ['ETag', 'a', 'etag', 'b'],
    [':path', '/'],
    ['X-Sum', '42'],
  ]) {
    const body = Readable.from(['body'], { objectMode: false })
    const answer = await outbound.forward(site.site, { ...get(site.origin), method: 'POST', body, trailers: () => trailers })
    t.equal(await read(answer.body), 'body')
  }
  t.match(given.at(-1), { 'x-sum': '42' })
})

t.test('an answer without content ends with its head', async (t) => {
  const site = await startHttp2Origin(t, (stream, { ':path': path }) => {
    const status = Number(path?.slice(1))
    stream.respond({ ':status': status, ...(status === 200 ? { 'content-length': '1000' } : {}) }, { endStream: true })
  })
  const outbound = outboundForTest(t)
  t.equal(await read((await outbound.forward(site.site, get(site.origin, '/204'))).body), '')
  t.equal(await read((await outbound.forward(site.site, get(site.origin, '/304'))).body), '')
  const head = await outbound.forward(site.site, { ...get(site.origin, '/200'), method: 'HEAD' })
  t.equal(await read(head.body), '')
  t.ok(head.headers.includes('1000'))
})

t.test('a request that nobody waits for any more ends its stream, and the others go on', async (t) => {
  const streams: ServerHttp2Stream[] = []
  const site = await startHttp2Origin(t, (stream, { ':path': path }) => {
    streams.push(stream)
    if (path === '/silent') return
    stream.respond({ ':status': 200 })
    stream.write('part')
    if (path === '/good') stream.end()
  })
  const outbound = outboundForTest(t)
  const reason = new Error('the client went away')
  const whileSilent = new AbortController()
  const silent = rejection(outbound.forward(site.site, { ...get(site.origin, '/silent'), signal: whileSilent.signal }))
  await until(() => streams.length === 1, 'it is asked')
  whileSilent.abort(reason)
  t.equal(await silent, reason)
  const inBody = new AbortController()
  const begun = await outbound.forward(site.site, { ...get(site.origin, '/begun'), signal: inBody.signal })
  await once(begun.body, 'readable')
  inBody.abort(reason)
  t.equal(await rejection(read(begun.body)), reason)
  const unwanted = await outbound.forward(site.site, get(site.origin, '/unwanted'))
  unwanted.body.destroy()
  await until(() => streams.length === 3 && streams.every(({ destroyed }) => destroyed), 'the site has heard of all three')
  t.strictSame(
    streams.map(({ rstCode }) => rstCode),
    [8, 8, 8],
  )
  t.equal(await read((await outbound.forward(site.site, get(site.origin, '/good'))).body), 'part')
  t.strictSame(site.agreed, ['h2'])
  t.match(await rejection(outbound.forward(site.site, { ...get(site.origin), signal: AbortSignal.abort(reason) })), { message: reason.message })
})

t.test('a body that breaks off is never ended as a whole one', async (t) => {
  const streams: ServerHttp2Stream[] = []
  const site = await startHttp2Origin(t, (stream) => void streams.push(stream.resume()))
  const body = new Readable({ read() {} })
  body.push('half')
  const sent = rejection(outboundForTest(t).forward(site.site, { ...get(site.origin), method: 'POST', body }))
  await until(() => streams.length === 1, 'it is asked')
  body.destroy(new Error('the client went away'))
  t.match(await sent, { code: 'internal' })
  await until(() => streams[0]?.destroyed === true, 'the site has heard')
  t.equal(streams[0]?.rstCode, 8)
})

t.test('the site answers before it has the whole request: the answer passes, the rest is not sent', async (t) => {
  const streams: ServerHttp2Stream[] = []
  const site = await startHttp2Origin(t, (stream) => {
    streams.push(stream)
    stream.respond({ ':status': 413 })
    stream.end('too large')
  })
  const body = new Readable({ read() {} })
  body.push('begun')
  const answer = await outboundForTest(t).forward(site.site, { ...get(site.origin), method: 'POST', body })
  t.equal(answer.status, 413)
  t.equal(await read(answer.body), 'too large')
  await until(() => body.destroyed && streams[0]?.destroyed === true, 'both ends are free')
})

t.test('no more streams are opened than the site takes: there are more connections then', async (t) => {
  let most = 0
  const open = new Map<unknown, number>()
  const site = await startHttp2Origin(
    t,
    (stream) => {
      const now = (open.get(stream.session) ?? 0) + 1
      const { session } = stream
      open.set(session, now)
      most = Math.max(most, now)
      setTimeout(() => {
        open.set(session, (open.get(session) ?? 0) - 1)
        stream.respond({ ':status': 200 })
        stream.end('ok')
      }, 20)
    },
    { settings: { maxConcurrentStreams: 3 } },
  )
  const outbound = outboundForTest(t)
  await read((await outbound.forward(site.site, get(site.origin))).body)
  const bodies = await Promise.all(Array.from({ length: 12 }, async () => read((await outbound.forward(site.site, get(site.origin))).body)))
  t.same(new Set(bodies), new Set(['ok']))
  t.equal(most, 3)
  t.ok(site.agreed.length >= 4 && site.agreed.length <= 6, `${site.agreed.length} connections`)
})

t.test('a site that chooses HTTP/1.1 is spoken to so, on the connection that was opened to ask', async (t) => {
  const authority = await createTestAuthority()
  const offered: string[][] = []
  const ALPNCallback = ({ protocols }: { protocols: string[] }): string => {
    offered.push(protocols)
    return 'http/1.1'
  }
  const tls = { ...(await authority.issue('site.test')), ALPNCallback }
  const raw = await startRawOrigin(t, { tls, onData: answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok') })
  const origin = `https://site.test:${raw.port}`
  const site = { ...loopbackSite(origin), ca: authority.cert }
  const outbound = outboundForTest(t)
  t.equal(await read((await outbound.forward(site, get(origin))).body), 'ok')
  t.equal(raw.accepted, 1)
  await Promise.all([1, 2, 3].map(async () => read((await outbound.forward(site, get(origin))).body)))
  t.strictSame(offered[0], ['h2', 'http/1.1'])
  for (const protocols of offered.slice(1)) t.strictSame(protocols, ['http/1.1'], 'it is not asked again for a while')
})

t.test('signing in speaks HTTP/1.1, whatever else the site speaks', async (t) => {
  const site = await startHttp2Origin(t, (stream) => stream.respond({ ':status': 200 }, { endStream: true }), { allowHTTP1: true })
  const outbound = outboundForTest(t)
  await read((await outbound.forward(site.site, get(site.origin))).body)
  const answer = await outbound.agent(site.site).send({ method: 'GET', url: new URL(`${site.origin}/login`), headers: [] })
  t.equal(await read(answer.body), '1.1 GET /login')
  t.strictSame(site.agreed, ['h2', 'http/1.1'])
})

t.test('the end of the relay ends its connections and what is under way', async (t) => {
  const site = await startHttp2Origin(t, () => {})
  const outbound = outboundForTest(t)
  const waiting = rejection(outbound.forward(site.site, get(site.origin)))
  await until(() => site.sessions.length === 1, 'it is connected')
  await outbound.stop()
  t.match(await waiting, { code: 'site_down' })
  await until(() => site.sessions[0]?.destroyed === true, 'the site has heard')
})

function* pieces(size: number): Generator<Buffer> {
  for (let at = 0; at < size; at += 65_536) yield Buffer.alloc(65_536, 'x')
}
