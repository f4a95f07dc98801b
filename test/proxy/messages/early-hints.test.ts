import t, { type Test } from 'tap'
import fc from '../../property.ts'
import { startHttp2BusinessSite } from '../http2/http2-business-site.ts'
import { answerOf, openHttp2 } from '../http2/http2-client.ts'
import { answersIn, dialTunnel, readAll } from '../raw-client.ts'
import { page, startRecordingOrigin } from '../recording-origin.ts'
import { type House, type SiteServer, startHouse } from '../start-house.ts'

const asBrowser = 'Sec-Fetch-Site: same-origin\r\n'
const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\nSet-Cookie: sid=stolen\r\nX-Other: 1\r\n\r\n'

/** Requests one behind the other on one connection, as they stand; and all that comes back. */
async function send(house: House, origin: SiteServer, ...requests: readonly string[]): Promise<string> {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  for (const [at, request] of requests.entries()) {
    const [line = '', ...fields] = request.split('\r\n')
    socket.write(
      [line, `Host: ${origin.host}`, ...(at === requests.length - 1 ? ['Connection: close'] : []), ...fields, '\r\n']
        .join('\r\n')
        .replace('\r\n\r\n\r\n', '\r\n\r\n'),
    )
  }
  return (await readAll(socket)).text
}

/** The hints that a client of HTTP/2 is given, and its answer. */
async function askHttp2(t: Test, house: House, origin: SiteServer, path: string) {
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const stream = session.request({ ':path': path })
  const hints: unknown[] = []
  stream.on('headers', (headers) => hints.push({ ...headers }))
  return { hints, ...(await answerOf(stream)) }
}

t.test('a 103 of a site of HTTP/1.1 goes to browsers with its links alone, before the answer', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  origin.on('/page', `${hint}HTTP/1.1 100 Continue\r\n\r\n${hint.replace('/a.css', '/b.css')}${page('the page')}`)
  const [first, second, last] = answersIn(await send(house, origin, `GET /page HTTP/1.1\r\n${asBrowser}`))
  t.equal(first?.head, 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style')
  t.equal(second?.head, 'HTTP/1.1 103 Early Hints\r\nLink: </b.css>; rel=preload; as=style')
  t.match(last, { status: 200, body: 'the page' })
  const { hints, body } = await askHttp2(t, house, origin, '/page')
  t.match(hints, [{ ':status': 103, link: '</a.css>; rel=preload; as=style', 'set-cookie': undefined, 'x-other': undefined }, { ':status': 103 }])
  t.equal(body, 'the page')
  t.match(house.sessions.live(house.account.id)?.cookieHeader(new URL(origin.origin)), 'sid=1')
})

t.test('nor is it lost at a site of HTTP/2', async (t) => {
  const site = await startHttp2BusinessSite(t)
  const house = await startHouse(t, { origins: [site] })
  site.on('/page', (res, { stream }) => {
    stream?.additionalHeaders({ ':status': 103, link: ['</a.css>; rel=preload', '</b.js>; rel=modulepreload'], 'set-cookie': 'sid=stolen' })
    res.end('the page')
  })
  const { hints, body } = await askHttp2(t, house, site, '/page')
  t.match(hints, [{ ':status': 103, link: '</a.css>; rel=preload, </b.js>; rel=modulepreload', 'set-cookie': undefined }])
  t.equal(body, 'the page')
  t.match(
    await send(house, site, `GET /page HTTP/1.1\r\n${asBrowser}`),
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload, <\/b\.js>; rel=modulepreload\r\n\r\nHTTP\/1\.1 200 /,
  )
})

t.test('a client of HTTP/1.0, and one of HTTP/1.1 that may take it for the answer, are told of none', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  origin.on('/page', hint + page('the page'))
  for (const request of [`GET /page HTTP/1.0\r\n${asBrowser}`, 'GET /page HTTP/1.1\r\n', 'GET /page HTTP/1.1\r\nAccept: text/html\r\n']) {
    const text = await send(house, origin, request)
    t.match(text, /^HTTP\/1\.1 200 /)
    t.notMatch(text, /103/)
  }
})

t.test('answers to requests one behind the other stay in order, and behind an earlier answer there is no hint', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await send(house, origin, 'GET /home HTTP/1.1\r\n')
  const quick = Promise.withResolvers<void>()
  origin.on('/slow', (socket) => void quick.promise.then(() => setImmediate(() => socket.write(hint + page('slow')))))
  origin.on('/quick', (socket) => socket.write(hint + page('quick'), () => quick.resolve()))
  const answers = answersIn(await send(house, origin, `GET /slow HTTP/1.1\r\n${asBrowser}`, `GET /quick HTTP/1.1\r\n${asBrowser}`))
  t.same(
    answers.map(({ status, body }) => [status, body]),
    [
      [103, ''],
      [200, 'slow'],
      [200, 'quick'],
    ],
  )
})

t.test('what a hostile site puts into a 103 reaches nobody, and the answer stays what it is', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const rows = {
    'a length': 'Content-Length: 50\r\n',
    chunks: 'Transfer-Encoding: chunked\r\n',
    'the end of the connection': 'Connection: close\r\n',
    'a line that is none': 'Link: </a>; rel=preload\r\nno field\r\n',
    'a folded line': 'Link: </a>\r\n ; rel=preload\r\n',
    'a bare line feed': 'Link: </a>\nSet-Cookie: x=1\r\n',
    'a bare carriage return': 'Link: </a>\rSet-Cookie: x=1\r\n',
    'a line break in an address': 'Link: <\r /a>\r\n',
    'a name with a space': 'Link : </a>\r\n',
    NUL: 'Link: </a>; rel=\0\r\n',
    'no link': 'Link: javascript:alert(1)\r\n',
    'quotes that do not end': `Link: </a>; rel="x\r\n`,
    'a link without measure': `Link: <${'a'.repeat(20_000)}>\r\n`,
    commas: `Link: ${',"'.repeat(20_000)}\r\n`,
  }
  for (const [title, fields] of Object.entries(rows)) {
    origin.on('/page', `HTTP/1.1 103 Early Hints\r\n${fields}\r\n${page('the page')}`)
    const answers = answersIn(await send(house, origin, `GET /page HTTP/1.1\r\n${asBrowser}`, `GET /next HTTP/1.1\r\n${asBrowser}`))
    t.same(
      answers.map(({ status, body }) => [status, body]),
      [
        [200, 'the page'],
        [200, 'GET /next 0'],
      ],
      title,
    )
  }
  origin.on('/page', hint.repeat(50) + page('the page'))
  const many = answersIn(await send(house, origin, `GET /page HTTP/1.1\r\n${asBrowser}`))
  t.equal(many.length, 9, 'eight of fifty, and the answer')
})

t.test('whatever stands in a 103, a client reads links and the answer', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const piece = fc.oneof(
    fc.constantFrom('Link: ', '<', '>', ';', 'rel=preload', '"', ',', '\r\n', '\r', '\n', ' ', ':', 'HTTP/1.1 200 OK', 'Set-Cookie: a=b'),
    fc.string({ maxLength: 6 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      const fields = pieces.join('').replaceAll('\r\n', '\r\nb: ')
      origin.on('/page', Buffer.from(`HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\na: ${fields}\r\n\r\n${page('the page')}`, 'latin1'))
      const text = await send(house, origin, `GET /page HTTP/1.1\r\n${asBrowser}`)
      return /^(?:HTTP\/1\.1 103 Early Hints\r\nLink: <[^\r\n]*>[^\r\n]*\r\n\r\n)?HTTP\/1\.1 200 OK\r\nContent-Type: text\/html\r\nContent-Length: 8\r\n(?:[^\r\n]+\r\n)+\r\nthe page$/.test(
        text,
      )
    }),
    { numRuns: 150 },
  )
})
