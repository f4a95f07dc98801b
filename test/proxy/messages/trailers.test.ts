import { once } from 'node:events'
import t, { type Test } from 'tap'
import { until } from '../../until.ts'
import { startHttp2BusinessSite } from '../http2/http2-business-site.ts'
import { answerOf, ask, openHttp2 } from '../http2/http2-client.ts'
import { collect, dialTunnel, readAll } from '../raw-client.ts'
import { page, type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, type SiteServer, startHouse } from '../start-house.ts'

/** What comes back for a request over HTTP/1.1, without its first line. */
async function over1(house: House, origin: SiteServer, line: string, rest = '\r\n'): Promise<string> {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`${line} HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n${rest}`)
  return (await readAll(socket)).text
}

async function startSite1(t: Test) {
  const origin = await startRecordingOrigin(t)
  return { origin, house: await startHouse(t, { origins: [origin] }) }
}

async function startSite2(t: Test) {
  const site = await startHttp2BusinessSite(t)
  return { site, house: await startHouse(t, { origins: [site] }) }
}

const chunked = (head: string, trailers: string): string => `HTTP/1.1 200 OK\r\n${head}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n${trailers}\r\n`
const upload = (trailers: string, fields = ''): string => `${fields}Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n${trailers}\r\n`
const forbidden = ['Host: elsewhere.test', 'Set-Cookie: a=b', 'Cookie: sid=9', 'Authorization: Basic eA==', 'TE: trailers', 'Trailer: x']
const more = ['Via: 1.1 login-relay', 'Login-Relay-Session: renewed', 'If-Match: x', 'Proxy-Authenticate: Basic', 'Access-Control-Allow-Origin: *']
const ofRequests = ['X-Original-URL: /admin', 'X-Forwarded-Prefix: /admin', 'X-Rewrite-Path: /admin', 'X-HTTP-Method-Override: DELETE', 'x-method: PUT']
const lines = (list: readonly string[]): string => list.map((line) => `${line}\r\n`).join('')

/** What comes to `/up` at the site, each request with its body as it came; those that come to an end are answered. */
function uploadsTo(origin: RecordingOrigin): (() => string)[] {
  const seen: (() => string)[] = []
  origin.on('/up', (socket, { body }) => {
    const rest = collect(socket)
    const received = (): string => body + rest()
    seen.push(received)
    void until(() => received().endsWith('\r\n\r\n'), 'the end').then(() => socket.end(page('taken', 'Connection: close\r\n')))
  })
  return seen
}

t.test('trailers that a site of HTTP/1.1 does not announce go to a client that asks for them, and to one of HTTP/2', async (t) => {
  const { origin, house } = await startSite1(t)
  origin.on('/a', chunked('', 'X-Sum: 42\r\nx-sum: 43\r\n'))
  t.match(await over1(house, origin, 'GET /a', 'TE: trailers\r\n\r\n'), /\r\n0\r\nx-sum: 42\r\nx-sum: 43\r\n\r\n$/i)
  t.match(origin.requests[0], { method: 'GET' })
  t.equal(origin.requests[0]?.field('te'), 'trailers')
  t.equal(origin.requests[0]?.field('connection'), 'keep-alive, TE')
  t.match(await over1(house, origin, 'GET /a'), /\r\n0\r\n\r\n$/)
  t.equal(origin.requests[1]?.field('te'), undefined)
  t.equal(origin.requests[1]?.field('connection'), 'keep-alive', 'what was written for the request before is written for it alone')
  t.equal(origin.requests[1]?.connection, origin.requests[0]?.connection)
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  t.match((await ask(session, { ':path': '/a' })).trailers, { 'x-sum': '42, 43' })
})

t.test('an announcement goes along where trailers can stand, and an answer where they cannot is an answer all the same', async (t) => {
  const { origin, house } = await startSite1(t)
  origin.on('/a', chunked('Trailer: X-Sum\r\n', 'X-Sum: 42\r\n'))
  origin.on('/b', page('ok', 'Trailer: X-Sum\r\n'))
  t.match(await over1(house, origin, 'GET /a'), /\r\nTrailer: X-Sum\r\n[\s\S]*\r\n0\r\nx-sum: 42\r\n\r\n$/i)
  for (const line of ['HEAD /a', 'GET /b']) {
    const text = await over1(house, origin, line, 'TE: trailers\r\n\r\n')
    t.match(text, /^HTTP\/1\.1 200 /, line)
    t.notMatch(text, /X-Sum/i)
  }
})

t.test('what has no place in trailers goes nowhere', async (t) => {
  const { origin, house } = await startSite1(t)
  const all = lines([...forbidden, ...more])
  origin.on('/a', chunked('', `${all}X-Sum: 42\r\n`))
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  t.same(Object.keys((await ask(session, { ':path': '/a' })).trailers), ['x-sum'])
  t.match(await over1(house, origin, 'GET /a', 'TE: trailers\r\n\r\n'), /\r\n0\r\nx-sum: 42\r\n\r\n$/i)
  const seen = uploadsTo(origin)
  t.match(await over1(house, origin, 'POST /up', upload(`${all}${lines(ofRequests)}X-Sum: 42\r\n`)), /taken$/)
  t.equal(seen[0]?.(), '4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n')
})

t.test("a client's trailers go to a site of HTTP/1.1, with the request they belong to alone", async (t) => {
  const { origin, house } = await startSite1(t)
  const seen = uploadsTo(origin)
  await over1(house, origin, 'POST /up', upload('X-Sum: 42\r\nx-note: caf\xe9\r\n', 'Trailer: X-Sum\r\n'))
  t.equal(Buffer.from(seen[0]?.() ?? '', 'latin1').toString('latin1'), '4\r\nbody\r\n0\r\nX-Sum: 42\r\nx-note: caf\xc3\xa9\r\n\r\n')
  await over1(house, origin, 'POST /up', upload(''))
  t.equal(seen[1]?.(), '4\r\nbody\r\n0\r\n\r\n')
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const stream = session.request({ ':method': 'POST', ':path': '/up' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '44', authorization: 'no' })).end('body')
  t.equal((await answerOf(stream)).body, 'taken')
  t.equal(seen[2]?.(), '4\r\nbody\r\n0\r\nx-sum: 44\r\n\r\n')
})

t.test('a request that is sent again after a fresh sign-in has its trailers', async (t) => {
  const { origin, house } = await startSite1(t)
  await over1(house, origin, 'GET /page')
  const seen: string[] = []
  origin.on('/up', (socket, request) => {
    const rest = collect(socket)
    const received = (): string => request.body + rest()
    const ended = request.field('cookie')?.includes('sid=1')
    void until(() => received().endsWith('\r\n\r\n'), 'the end').then(() => {
      seen.push(received())
      const answer = ended ? 'HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n' : 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n'
      socket.end(`${answer}Connection: close\r\n\r\n${ended ? '' : 'taken'}`)
    })
  })
  t.match(await over1(house, origin, 'POST /up', upload('X-Sum: 42\r\n')), /taken$/)
  t.same(seen, ['4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n', '4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n'])
})

t.test("over HTTP/2 a site is told that they are taken, gets a client's, and its own come back", async (t) => {
  const { site, house } = await startSite2(t)
  const given: unknown[] = []
  site.on('/rpc', (res, { stream }) => {
    stream?.on('trailers', (trailers) => given.push({ ...trailers }))
    stream?.on('end', () => {
      res.addTrailers({ 'grpc-status': '0', 'set-cookie': 'a=b' })
      res.end('answer')
    })
    stream?.resume()
  })
  t.match(await over1(house, site, 'POST /rpc', upload('X-Sum: 42\r\nCookie: a=b\r\n', 'TE: trailers\r\n')), /answer\r\n0\r\ngrpc-status: 0\r\n\r\n$/)
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  const stream = session.request({ ':method': 'POST', ':path': '/rpc', te: 'trailers' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '43' })).end('body')
  const answer = await answerOf(stream)
  t.match(answer, { body: 'answer', trailers: { 'grpc-status': '0', 'set-cookie': undefined } })
  t.match(given, [{ 'x-sum': '42', cookie: undefined }, { 'x-sum': '43' }])
  for (const request of site.requests) t.equal(request.field('te'), 'trailers')
})

t.test('calls as gRPC makes them: messages both ways at once, the status behind them, or in the head alone', async (t) => {
  const { site, house } = await startSite2(t)
  site.on('/echo', (res) => {
    res.setHeader('content-type', 'application/grpc')
    res.addTrailers({ 'grpc-status': '0', 'grpc-message': 'all echoed' })
    res.stream.pipe(res)
  })
  site.on('/refused', ({ stream }) => {
    stream.resume()
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true })
  })
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  const call = (path: string) => session.request({ ':method': 'POST', ':path': path, te: 'trailers', 'content-type': 'application/grpc' })
  const echo = call('/echo')
  const answer = answerOf(echo)
  for (const message of ['one', 'two', 'three']) {
    const back = once(echo, 'data')
    echo.write(message)
    t.equal(String((await back)[0]), message)
  }
  echo.end()
  t.match(await answer, { body: 'onetwothree', trailers: { 'grpc-status': '0', 'grpc-message': 'all echoed' }, reset: 0 })

  const refused = call('/refused')
  const head = once(refused, 'response') as Promise<[Record<string, unknown>, number]>
  refused.end('message')
  const [fields, flags] = await head
  t.match(fields, { 'grpc-status': '12' })
  t.equal(flags & 1, 1, 'it ends with its head: no empty frame behind it')
})

t.test('trailers that HTTP/2 cannot write, or that have no end, break nothing', async (t) => {
  const { origin, house } = await startSite1(t)
  origin.on('/twice', chunked('', 'ETag: a\r\nETag: b\r\nX-Sum: 42\r\n'))
  origin.on('/many', chunked('', 'x: y\r\n'.repeat(30_000)))
  origin.on('/broken', chunked('', 'no field\r\n'))
  origin.on('/length', chunked('', 'Content-Length: 5\r\n'))
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  t.match(await ask(session, { ':path': '/twice' }), { body: 'ok', reset: 0 })
  t.match(await ask(session, { ':path': '/many' }), { body: 'ok', trailers: { x: undefined }, reset: 0 }, 'more than anybody sends: none')
  for (const path of ['/broken', '/length']) t.not((await ask(session, { ':path': path })).reset, 0, path)
  t.match(await ask(session, { ':path': '/after' }), { body: 'GET /after 0' })
})

t.test('a client whose trailers break the rules is refused, and nothing of it looks whole to the site', async (t) => {
  const { origin, house } = await startSite1(t)
  const seen: (() => string)[] = []
  origin.on('/up', (socket, { body }) => {
    const rest = collect(socket)
    seen.push(() => body + rest())
  })
  for (const trailers of [
    'no field\r\n',
    'x: a\nb: c\r\n',
    'x : y\r\n',
    ' x: y\r\n',
    'x: a\0b\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    `x: ${'y'.repeat(70_000)}\r\n`,
  ]) {
    const text = await over1(house, origin, 'POST /up', upload(trailers))
    t.notMatch(text, /^HTTP\/1\.1 200 /, JSON.stringify(trailers.slice(0, 12)))
  }
  for (const received of seen) t.notMatch(received(), /\r\n0\r\n/)
})
