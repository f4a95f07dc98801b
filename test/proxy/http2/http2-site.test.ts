import { once } from 'node:events'
import t from 'tap'
import { until } from '../../until.ts'
import { curl, temporaryFile } from '../curl.ts'
import { answersIn, collect, dialTunnel, readAll } from '../raw-client.ts'
import { startHouse } from '../start-house.ts'
import { startHttp2BusinessSite } from './http2-business-site.ts'
import { answerOf, ask, openHttp2 } from './http2-client.ts'
import { testOneFreshSignIn } from './one-fresh-sign-in.ts'

t.test('a client of HTTP/1.1 and one of HTTP/2 reach a site of HTTP/2 signed in, over one connection', async (t) => {
  const site = await startHttp2BusinessSite(t)
  const house = await startHouse(t, { origins: [site] })
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => ask(session, { ':path': `/page/${i}?q=a%20b`, cookie: 'sid=stale; theme=dark' })))
  t.same(
    answers.map(({ body }) => body),
    answers.map((_, i) => `GET /page/${i}?q=a%20b 0`),
  )
  const caFile = temporaryFile(t, 'ca.pem', house.certificateAuthority.pem())
  for (const version of ['--http1.1', '--http2']) {
    const { out } = await curl(
      version,
      '--proxy',
      house.proxyUrl,
      '--cacert',
      caFile,
      '--suppress-connect-headers',
      '--data',
      'x'.repeat(100_000),
      '--include',
      `${site.origin}/up`,
    )
    t.match(out, /^HTTP\/(?:1\.1 200 OK|2 200)/)
    t.match(out, /\r\nvia: 1\.1 login-relay\r\n/i)
    t.match(out, /POST \/up 100000$/)
  }
  t.equal(site.signIns(), 1)
  t.same(new Set(site.requests.map(({ httpVersion }) => httpVersion)), new Set(['2.0']))
  t.equal(new Set(site.requests.map(({ stream }) => stream?.session)).size, 1)
  const [first] = site.requests
  t.equal(first?.field('cookie'), 'theme=dark; sid=1')
  t.equal(site.requests.at(-1)?.field('content-length'), '100000')
  for (const name of ['connection', 'host', 'transfer-encoding', 'keep-alive', 'te', 'proxy-authorization'])
    t.equal(
      site.requests.some(({ field }) => field(name) !== undefined),
      false,
      name,
    )
})

t.test('an answer that shows the end of the session leads to one fresh sign-in, and the request goes again', async (t) => {
  const site = await startHttp2BusinessSite(t)
  const house = await startHouse(t, { origins: [site] })
  await testOneFreshSignIn(t, house, site)
})

t.test('an answer that the site resets in the middle is told as broken: over HTTP/1.1 by the end of the connection, over HTTP/2 by a reset', async (t) => {
  const site = await startHttp2BusinessSite(t)
  site.on('/broken', (res, { stream }) => {
    res.write('some')
    setTimeout(() => stream?.session?.destroy(), 50)
  })
  const house = await startHouse(t, { origins: [site] })
  const socket = await dialTunnel(house.access, house.tunnelTo(site))
  socket.write(`GET /broken HTTP/1.1\r\nHost: ${site.host}\r\n\r\n`)
  const { text, ended } = await readAll(socket)
  t.ok(ended)
  t.match(text, /\r\n4\r\nsome\r\n$/, 'without the last chunk')
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  const { body, reset } = await ask(session, { ':path': '/broken' })
  t.equal(body, 'some')
  t.not(reset, 0)
  t.equal((await ask(session, { ':path': '/page' })).body, 'GET /page 0')
})

t.test('a client that goes away ends its stream at the site, and no other', async (t) => {
  const site = await startHttp2BusinessSite(t)
  site.on('/wait', (res) => void res.write('begun'))
  const house = await startHouse(t, { origins: [site] })
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  const staying = session.request({ ':path': '/wait' }).on('error', () => {})
  await once(staying, 'data')
  const stream = session.request({ ':path': '/wait' }).on('error', () => {})
  await once(stream, 'data')
  const socket = await dialTunnel(house.access, house.tunnelTo(site))
  socket.write(`GET /wait HTTP/1.1\r\nHost: ${site.host}\r\n\r\n`)
  await once(socket, 'data')
  stream.close(8)
  socket.destroy()
  await until(() => site.requests.filter(({ stream }) => stream?.destroyed === true).length === 2, 'both have ended at the site')
  t.same(
    site.requests.map(({ stream }) => stream?.rstCode ?? 0),
    [0, 8, 8],
  )
  t.notOk(site.requests[0]?.stream?.destroyed)
})

t.test('revoking the device, and the end of the session, end the streams at the site at once', async (t) => {
  const site = await startHttp2BusinessSite(t)
  site.on('/wait', (res) => void res.write('begun'))
  const house = await startHouse(t, { origins: [site] })
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  const first = session.request({ ':path': '/wait' })
  await once(first, 'data')
  const broken = answerOf(first)
  await house.sessions.end(house.account.id)
  t.not((await broken).reset, 0)
  await until(() => site.requests[0]?.stream?.destroyed === true, 'it has ended at the site')
  const second = session.request({ ':path': '/wait' }).on('error', () => {})
  await once(second, 'data')
  await house.identity.revokeDevice(house.device.id)
  await until(() => site.requests[1]?.stream?.destroyed === true, 'it has ended at the site')
  t.ok(true)
})

t.test('events pass as they come; trailers and several Set-Cookie pass as fields', async (t) => {
  const site = await startHttp2BusinessSite(t)
  const send: ((text: string) => void)[] = []
  site.on('/events', (res) => {
    res.setHeader('Content-Type', 'text/event-stream')
    res.write('data: 1\n\n')
    send.push((text) => void res.write(text))
  })
  site.on('/trailers', (res) => {
    res.setHeader('Trailer', 'Digest')
    res.write('hi')
    res.addTrailers({ digest: 'abc' })
    res.end()
  })
  const house = await startHouse(t, { origins: [site] })
  const socket = await dialTunnel(house.access, house.tunnelTo(site))
  socket.write(`GET /events HTTP/1.1\r\nHost: ${site.host}\r\n\r\n`)
  const received = collect(socket)
  await until(() => received().includes('data: 1\n\n'), 'the first event')
  send[0]?.('data: 2\n\n')
  await until(() => received().includes('data: 2\n\n'), 'the second')
  socket.destroy()
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  const answer = await ask(session, { ':path': '/trailers' })
  t.equal(answer.body, 'hi')
  t.equal(answer.trailers.digest, 'abc')
  const over1 = await dialTunnel(house.access, house.tunnelTo(site))
  over1.write(`GET /trailers HTTP/1.1\r\nHost: ${site.host}\r\n\r\n`)
  const { text } = await readAll(over1, { until: (text) => text.endsWith('\r\n\r\n') && text.includes('Digest: abc'.toLowerCase()) })
  t.match(text, /\r\n0\r\ndigest: abc\r\n\r\n$/i)
})

t.test('the body of a client that breaks off, or sends other than it said, never ends as a whole one at the site', async (t) => {
  const site = await startHttp2BusinessSite(t)
  const house = await startHouse(t, { origins: [site] })
  await house.sessions.ensure(house.account.id)
  const socket = await dialTunnel(house.access, house.tunnelTo(site))
  socket.write(`POST /up HTTP/1.1\r\nHost: ${site.host}\r\nContent-Length: 100\r\n\r\nhalf of it`)
  await until(() => site.requests[0]?.body === 'half of it', 'it has begun')
  socket.destroy()
  await until(() => site.requests[0]?.stream?.destroyed === true, 'it has ended at the site')
  t.equal(site.requests[0]?.stream?.rstCode, 8)
  const broken = await dialTunnel(house.access, house.tunnelTo(site))
  broken.write(`POST /up HTTP/1.1\r\nHost: ${site.host}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`)
  await until(() => site.requests[1]?.body === 'hello', 'it has begun')
  broken.write('xyz\r\n')
  t.equal(answersIn((await readAll(broken)).text)[0]?.status ?? 400, 400)
  await until(() => site.requests[1]?.stream?.destroyed === true, 'it has ended at the site')
  t.not(site.requests[1]?.stream?.rstCode, 0)
})
