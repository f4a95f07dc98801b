import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { get, loopbackSite, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { answering, startRawOrigin } from '../raw-origin.ts'

async function startSite(t: Test, listener: RequestListener): Promise<{ origin: string; connections: () => number }> {
  let connections = 0
  const server = createServer(listener).listen(0, '127.0.0.1')
  server.on('connection', () => connections++)
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as { port: number }
  return { origin: `http://site.test:${port}`, connections: () => connections }
}

t.test('header fields pass in order, with their case, repeated ones repeated, as latin1', async (t) => {
  const raw = 'HTTP/1.1 207 Multi \r\nSet-Cookie: a=1\r\nX-Odd: caf\xe9 \x80\xff\r\nset-cookie: b="\xc3\xa9"\r\nEmpty:\r\nContent-Length: 2\r\n\r\nok'
  const site = await startRawOrigin(t, { onData: answering(raw) })
  const outbound = outboundForTest(t)
  const origin = `http://site.test:${site.port}`
  const headers = ['X-First', '1', 'Cookie', 'n=caf\xe9', 'x-first', '2', 'HOST', 'elsewhere.test']
  const answer = await outbound.forward(loopbackSite(origin), { ...get(origin, '/a%20b?c=\xe9'), headers })
  t.equal(answer.status, 207)
  t.equal(answer.statusText, 'Multi ')
  t.strictSame(answer.headers, ['Set-Cookie', 'a=1', 'X-Odd', 'caf\xe9 \x80\xff', 'set-cookie', 'b="\xc3\xa9"', 'Empty', '', 'Content-Length', '2'])
  t.equal(await read(answer.body), 'ok')
  const sent = `GET /a%20b?c=\xe9 HTTP/1.1\r\nhost: site.test:${site.port}\r\nconnection: keep-alive\r\nX-First: 1\r\nCookie: n=caf\xe9\r\nx-first: 2\r\n\r\n`
  t.strictSame(site.received, [sent], 'and Host is the origin, whatever was given')
})

t.test("an origin that is not the destination's is refused, though its network is allowed", async (t) => {
  const { origin, connections } = await startSite(t, (_request, response) => response.end())
  const outbound = outboundForTest(t)
  const other = loopbackSite('http://other.test', origin.replace('http:', 'https:'), `${origin}/`)
  t.match(await rejection(outbound.forward(other, get(origin))), { code: 'destination_refused' })
  t.match(await rejection(outbound.upgrade(other, get(origin))), { code: 'destination_refused' })
  t.equal(connections(), 0)
})

t.test('trailers are there once the body has ended', async (t) => {
  const { origin } = await startSite(t, (_request, response) => {
    response.writeHead(200, { trailer: 'x-sum' })
    response.write('body')
    response.addTrailers({ 'x-sum': 'caf\xe9' })
    response.end()
  })
  const answer = await outboundForTest(t).forward(loopbackSite(origin), get(origin))
  t.equal(await read(answer.body), 'body')
  t.strictSame(answer.trailers(), ['x-sum', 'caf\xe9'])
})

t.test('a compressed body passes untouched', async (t) => {
  const { origin } = await startSite(t, (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip at all'))
  const answer = await outboundForTest(t).forward(loopbackSite(origin), get(origin))
  t.equal(await read(answer.body), 'not gzip at all')
})

t.test('a redirect is given out, not followed', async (t) => {
  const { origin, connections } = await startSite(t, (_request, response) => response.writeHead(302, { location: '/next' }).end())
  const answer = await outboundForTest(t).forward(loopbackSite(origin), get(origin))
  t.equal(answer.status, 302)
  t.equal(await read(answer.body), '')
  t.equal(connections(), 1)
})

t.test('a connection is used again, also after a HEAD and after a 304 that names a length', async (t) => {
  const { origin, connections } = await startSite(t, (request, response) => {
    if (request.url === '/304') response.writeHead(304, { etag: '"a"' }).end()
    else response.end('hello')
  })
  const outbound = outboundForTest(t)
  for (let times = 0; times < 5; times++) await read((await outbound.forward(loopbackSite(origin), get(origin))).body)
  // undici frees a connection a turn of the loop after its answer has ended; by then the next request may have taken another.
  t.ok(connections() <= 2, 'five requests, no five connections')

  const site = await startRawOrigin(t, { onData: answering('HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n') })
  const other = `http://site.test:${site.port}`
  const answer = await outbound.forward(loopbackSite(other), get(other))
  t.equal(answer.status, 304)
  t.equal(await read(answer.body), '', 'RFC 9112 section 6.3: a 304 has no body, whatever length it names')
})

t.test('the destination is the whole key of a pool: another network set or CA is another pool', async (t) => {
  const { origin, connections } = await startSite(t, (_request, response) => response.end('hello'))
  const outbound = outboundForTest(t)
  await read((await outbound.forward(loopbackSite(origin), get(origin))).body)
  const publicOnly = { ...loopbackSite(origin), networks: ['public'] as const }
  t.match(await rejection(outbound.forward(publicOnly, get(origin))), { code: 'destination_refused' }, 'no connection of the wider set is used')
  t.equal(connections(), 1)
})

t.test('a hundred requests side by side all get their own answer', async (t) => {
  const { origin } = await startSite(t, async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    response.end(`${request.url} ${text}`)
  })
  const outbound = outboundForTest(t)
  const answers = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const body = Readable.from([Buffer.from(`body ${index}`)])
      const answer = await outbound.forward(loopbackSite(origin), { ...get(origin, `/${index}`), method: 'POST', body })
      return read(answer.body)
    }),
  )
  t.strictSame(
    answers,
    Array.from({ length: 100 }, (_, index) => `/${index} body ${index}`),
  )
})

t.test('the site is read only as fast as the body is', async (t) => {
  let written = 0
  const { origin } = await startSite(t, (_request, response) => {
    const chunk = Buffer.alloc(65_536)
    const pump = (): void => {
      while (written < 64 * 1024 * 1024) {
        written += chunk.length
        if (!response.write(chunk)) return void response.once('drain', pump)
      }
      response.end()
    }
    pump()
  })
  const { body } = await outboundForTest(t).forward(loopbackSite(origin), get(origin))
  await new Promise((resolve) => setTimeout(resolve, 300))
  const before = written
  t.ok(before < 32 * 1024 * 1024, `only ${before} bytes were taken from the site while nobody read`)
  let length = 0
  for await (const chunk of body) length += (chunk as Buffer).length
  t.equal(length, 64 * 1024 * 1024, 'and then all of it')
})

t.test('the request body is read only as fast as the site takes it', async (t) => {
  let arrived = 0
  const site = await startRawOrigin(t, {})
  const origin = `http://site.test:${site.port}`
  let made = 0
  const body = new Readable({
    read() {
      made += 65_536
      this.push(made > 256 * 1024 * 1024 ? null : Buffer.alloc(65_536))
    },
  })
  const controller = new AbortController()
  const sent = rejection(outboundForTest(t).forward(loopbackSite(origin), { ...get(origin), method: 'POST', body, signal: controller.signal }))
  while (site.sockets.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  site.sockets[0]?.pause()
  await new Promise((resolve) => setTimeout(resolve, 300))
  arrived = made
  t.ok(arrived < 64 * 1024 * 1024, `only ${arrived} bytes were made while the site did not read`)
  controller.abort(new Error('enough'))
  t.match(await sent, { message: 'enough' })
  t.equal(body.destroyed, true, 'and what was not sent is let go')
})

t.test('a site that breaks off in its body is an error there, not an end', async (t) => {
  const site = await startRawOrigin(t, {
    onData: (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this'),
  })
  const origin = `http://site.test:${site.port}`
  const { body } = await outboundForTest(t).forward(loopbackSite(origin), get(origin))
  t.match(await rejection(read(body)), { code: 'site_down', message: 'The site site does not answer: it closed the connection.' })
})

t.test('fields that would make the message ambiguous are refused, not sent', async (t) => {
  const site = await startRawOrigin(t, {})
  const origin = `http://site.test:${site.port}`
  const outbound = outboundForTest(t)
  const bad = [
    ['x', 'a\r\nb: c'],
    ['x y', '1'],
    ['transfer-encoding', 'chunked'],
    ['content-length', '1', 'Content-Length', '2'],
    ['content-length', '+1'],
  ]
  for (const headers of bad)
    t.match(await rejection(outbound.forward(loopbackSite(origin), { ...get(origin), headers })), { code: 'bad_request' }, headers.join())
  for (const path of ['http://other.test/', '*', '', '/a b', '/a\r\nb', '/\u4f60']) {
    t.match(await rejection(outbound.forward(loopbackSite(origin), get(origin, path))), { code: 'bad_request' }, JSON.stringify(path))
  }
  t.match(await rejection(outbound.forward(loopbackSite(origin), { ...get(origin), method: 'GET /x' })), { code: 'bad_request' })
  t.strictSame(site.received.join(''), '')
})
