import t, { type Test } from 'tap'
import { answersIn, dialProxy, dialTunnel, readAll } from '../proxy/raw-client.ts'
import { page, type RecordingOrigin, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { type House, startHouse } from '../proxy/start-house.ts'
import { readVectors, vectorsMissing } from './vectors.ts'

const patient = 10_000

/** A message with these field lines beside a good Host, and what must not happen to it. */
async function refused(t: Test, house: House, origin: RecordingOrigin, message: string, why: string): Promise<void> {
  origin.requests.length = 0
  const isTunnel = origin.ca !== undefined
  const socket = isTunnel ? await dialTunnel(house.access, house.tunnelTo(origin)) : await dialProxy(house.access)
  const authorised = isTunnel ? message : message.replace('\r\n', `\r\nProxy-Authorization: ${house.access.authorization}\r\n`)
  // What follows it must not be read as a message either.
  const after = isTunnel
    ? `GET /after HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`
    : `GET ${origin.origin}/after HTTP/1.1\r\nHost: ${origin.host}\r\nProxy-Authorization: ${house.access.authorization}\r\n\r\n`
  socket.write(`${authorised}${after}`, 'latin1')
  const { text, ended } = await readAll(socket, { ms: patient })
  t.match(text, /^HTTP\/1\.1 400 [\s\S]*\r\nLogin-Relay-Error: proxy_bad_request\r\n/, `${why}: refused with the reason`)
  t.equal(answersIn(text).length, 1, `${why}: one answer`)
  t.ok(ended, `${why}: the connection is closed`)
  t.same(
    origin.requests.map(({ target }) => target),
    [],
    `${why}: nothing reaches the origin`,
  )
}

for (const scheme of ['https', 'http'] as const) {
  const where = scheme === 'https' ? 'inside an intercepted tunnel' : 'to the proxy itself'
  t.test(`a message that can be read in two ways is refused, ${where}`, async (t) => {
    const origin = await startRecordingOrigin(t, { scheme })
    const house = await startHouse(t, { origins: [origin] })
    const prefix = scheme === 'https' ? '' : origin.origin
    const host = `Host: ${origin.host}`
    const message = (...lines: string[]): string => `POST ${prefix}/x HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
    const chunks = '0\r\n\r\n'
    const cases: [why: string, message: string][] = [
      ['both lengths', `${message(host, 'Content-Length: 5', 'Transfer-Encoding: chunked')}${chunks}`],
      ['both lengths, the other way round', `${message(host, 'Transfer-Encoding: chunked', 'Content-Length: 5')}${chunks}`],
      ['two equal Content-Length', `${message(host, 'Content-Length: 1', 'Content-Length: 1')}x`],
      ['a list in Content-Length', `${message(host, 'Content-Length: 1, 1')}x`],
      ['two Host fields', message(host, host)],
      ['two Host fields of other hosts', message(host, 'Host: evil.test')],
      ['no Host', message('X-A: b')],
      ['an empty Host', message('Host:')],
      ['a Host with userinfo', message(`Host: a@${origin.host}`)],
      ['a Host with a path', message(`Host: ${origin.host}/a`)],
      ['a Host list', message(`Host: ${origin.host}, evil.test`)],
      ['another Host', message('Host: evil.test')],
      ['another port in Host', message(`Host: site.test:${origin.port === 1 ? 2 : 1}`)],
      ['a percent-encoded Host', message(`Host: site%2etest:${origin.port}`)],
      ['a folded line', message(host, 'X-A: b', ' c')],
      ['a bare CR', message(host, 'X-A: b\rX-C: d')],
      ['a bare LF', message(`${host}\nX-A: b`)],
      ['a space before the colon', message(host, 'Content-Length : 0')],
      ['a NUL', message(host, 'X-A: b\0')],
      ['identity as a coding', message(host, 'Transfer-Encoding: identity')],
      ['gzip before chunked', `${message(host, 'Transfer-Encoding: gzip, chunked')}${chunks}`],
      ['chunked twice', `${message(host, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}${chunks}`],
      ['chunked in HTTP/1.0', `POST ${prefix}/x HTTP/1.0\r\n${host}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`],
      ['a target on another host', `GET http://evil.test/ HTTP/1.1\r\n${host}\r\n\r\n`],
      ['a target with userinfo', `GET http://a:b@${origin.host}/ HTTP/1.1\r\n${host}\r\n\r\n`],
      ['a target without a host', `GET http:///x HTTP/1.1\r\n${host}\r\n\r\n`],
      ['a target whose host is empty', `GET http://: HTTP/1.1\r\n${host}\r\n\r\n`],
      ['a target of another scheme', `GET ftp://${origin.host}/ HTTP/1.1\r\n${host}\r\n\r\n`],
      ['an asterisk', `OPTIONS * HTTP/1.1\r\n${host}\r\n\r\n`],
      ['TRACE', `TRACE ${prefix}/ HTTP/1.1\r\n${host}\r\n\r\n`],
      ['the relay itself in Via', `GET ${prefix}/ HTTP/1.1\r\n${host}\r\nVia: 1.1 other, 1.1 login-relay\r\n\r\n`],
      ['HTTP/2.0 in the request line', `GET ${prefix}/ HTTP/2.0\r\n${host}\r\n\r\n`],
      ['more fields than a client sends', message(host, ...Array.from({ length: 300 }, (_, i) => `X-${i}: y`))],
    ]
    if (scheme === 'http') {
      cases.push(
        ['origin-form', `GET /x HTTP/1.1\r\n${host}\r\n\r\n`],
        ['an https target', `GET https://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n`],
        ['CONNECT with content', `CONNECT ${origin.host} HTTP/1.1\r\n${host}\r\nContent-Length: 5\r\n\r\nhello`],
        ['CONNECT without a port', `CONNECT site.test HTTP/1.1\r\nHost: site.test\r\n\r\n`],
        ['CONNECT against another Host', `CONNECT ${origin.host} HTTP/1.1\r\nHost: evil.test\r\n\r\n`],
        ['two credentials', message(host, 'Proxy-Authorization: Basic eDp5')],
      )
    } else {
      cases.push(['CONNECT inside a tunnel', `CONNECT ${origin.host} HTTP/1.1\r\n${host}\r\n\r\n`])
    }
    for (const [why, bytes] of cases) await refused(t, house, origin, bytes, why)
  })

  t.test(`the header tables of mitmproxy are refused, ${where}`, { skip: vectorsMissing('http1-parsing') }, async (t) => {
    const tables = readVectors<{
      content_length_invalid: string[]
      transfer_encoding_invalid: string[]
      header_sets_invalid: { id: string; headers: [string, string][] }[]
    }>('http1-parsing/mitmproxy-header-tables.json')
    const origin = await startRecordingOrigin(t, { scheme })
    const house = await startHouse(t, { origins: [origin] })
    const start = `POST ${scheme === 'https' ? '' : origin.origin}/x HTTP/1.1\r\nHost: ${origin.host}\r\n`
    for (const value of tables.content_length_invalid) await refused(t, house, origin, `${start}Content-Length: ${value}\r\n\r\n`, `Content-Length ${value}`)
    for (const value of tables.transfer_encoding_invalid) {
      const spelled = value.replace('K-with-U+212A', '\u00e2\u0084\u00aa')
      await refused(t, house, origin, `${start}Transfer-Encoding: ${spelled}\r\n\r\n0\r\n\r\n`, `Transfer-Encoding ${value}`)
    }
    for (const { id, headers } of tables.header_sets_invalid) {
      await refused(t, house, origin, `${start}${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n0\r\n\r\n`, id)
    }
  })
}

t.test('the same host in another spelling is the same host', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET https://SITE.test:${origin.port}/a HTTP/1.1\r\nHost: Site.TEST:${origin.port}\r\nConnection: close\r\n\r\n`)
  const { text } = await readAll(socket)
  t.equal(answersIn(text)[0]?.body, 'GET /a 0')
  t.equal(origin.requests[0]?.field('host'), origin.host, 'and the origin is given its own name')
})

t.test('the bytes after a refused message are not read, however many messages they are', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  origin.on('/slow', (socket) => void setTimeout(() => socket.write(page('slow')), 100))
  const good = `GET /slow HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`${good}GET /bad HTTP/1.1\r\nHost: evil.test\r\n\r\n${good.repeat(5)}`)
  const { text, ended } = await readAll(socket)
  t.same(
    answersIn(text).map(({ status }) => status),
    [200, 400],
    'the whole message before it is answered first',
  )
  t.ok(ended)
  t.equal(origin.requests.length, 1)
})
