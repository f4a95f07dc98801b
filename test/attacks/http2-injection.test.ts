import t, { type Test } from 'tap'
import { type Fields, frame, headersFrame, preface, resetFrame, untilStreamEnds } from '../http2-frames.ts'
import { startHttp2BusinessSite } from '../proxy/http2/http2-business-site.ts'
import { dialHttp2 } from '../proxy/http2/http2-client.ts'
import { type SeenRequest, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'

type Seen = Pick<SeenRequest, 'method' | 'target' | 'body' | 'fields' | 'field'> & { readonly isWhole?: boolean }

/** Written by hand, as Node's client would not send these. */
const attacks: Readonly<Record<string, (authority: string) => { fields: Fields; body?: string }>> = {
  'a second request in a value': (authority) => ({ fields: [...head(authority), ['x', 'a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n']] }),
  'a field in a value': (authority) => ({ fields: [...head(authority), ['x', 'a\r\ntransfer-encoding: chunked']] }),
  'a field in a name': (authority) => ({ fields: [...head(authority), ['x: y\r\nz', 'a']] }),
  'a request line in the path': (authority) => ({ fields: head(authority, { ':path': '/ HTTP/1.1\r\nHost: x\r\n\r\nGET /smuggled' }) }),
  'a space in the path': (authority) => ({ fields: head(authority, { ':path': '/a b' }) }),
  'a path that is an address': (authority) => ({ fields: head(authority, { ':path': 'http://127.0.0.1/' }) }),
  'a method of two words': (authority) => ({ fields: head(authority, { ':method': 'GET /smuggled HTTP/1.1\r\n' }) }),
  'Transfer-Encoding': (authority) => ({
    fields: [...head(authority, { ':method': 'POST' }), ['transfer-encoding', 'chunked']],
    body: '0\r\n\r\nGET /smuggled',
  }),
  Connection: (authority) => ({ fields: [...head(authority), ['connection', 'cookie']] }),
  'a body shorter than its length': (authority) => ({ fields: [...head(authority, { ':method': 'POST' }), ['content-length', '20']], body: 'GET /s' }),
  'a body longer than its length': (authority) => ({
    fields: [...head(authority, { ':method': 'POST' }), ['content-length', '2']],
    body: 'abGET /smuggled HTTP/1.1',
  }),
  'two lengths': (authority) => ({
    fields: [...head(authority, { ':method': 'POST' }), ['content-length', '2'], ['content-length', '5']],
    body: 'abcde',
  }),
  'another host': () => ({ fields: head('other.test') }),
  'a Host that is another host': (authority) => ({ fields: [...head(authority), ['host', 'other.test']] }),
  'http for the scheme': (authority) => ({ fields: head(authority, { ':scheme': 'http' }) }),
  'two paths': (authority) => ({ fields: [...head(authority), [':path', '/smuggled']] }),
  'a pseudo field after the others': (authority) => ({
    fields: [
      [':method', 'GET'],
      [':scheme', 'https'],
      ['x', 'y'],
      [':authority', authority],
      [':path', '/'],
    ],
  }),
  'CONNECT to a host': () => ({
    fields: [
      [':method', 'CONNECT'],
      [':authority', '127.0.0.1:80'],
    ],
  }),
  TRACE: (authority) => ({ fields: head(authority, { ':method': 'TRACE' }) }),
  'an upper-case name': (authority) => ({ fields: [...head(authority), ['Content-Length', '5']] }),
}

const sites = {
  'of HTTP/1.1': async (t: Test) => startRecordingOrigin(t),
  'of HTTP/2': async (t: Test) => ({ ...(await startHttp2BusinessSite(t)), broken: [] as string[] }),
}

for (const [kind, start] of Object.entries(sites)) {
  t.test(`nothing that HTTP/2 frames and HTTP/1.1 delimits reaches a site ${kind} as another message`, async (t) => {
    const origin = await start(t)
    const house = await startHouse(t, { origins: [origin] })
    await house.sessions.ensure(house.account.id)
    for (const [name, attack] of Object.entries(attacks)) {
      const socket = await dialHttp2(house.access, house.tunnelTo(origin))
      const { fields, body } = attack(origin.host)
      socket.write(Buffer.concat([preface, headersFrame(1, fields, body === undefined), ...(body === undefined ? [] : [frame(0, 1, 1, Buffer.from(body))])]))
      // A good one behind it: whatever became of the first, this one is answered or the connection has ended.
      socket.write(headersFrame(3, head(origin.host, { ':path': '/good' }), true))
      await untilStreamEnds(socket, 3)
      socket.destroy()
      const seen = origin.requests.splice(0).filter((request) => isMessage(request) && !isGood(request) && !isPlain(request))
      t.same(
        seen.map(({ method, target, body: sent }) => [method, target, sent]),
        [],
        name,
      )
      t.same(origin.broken.splice(0), [], name)
    }
  })
}

t.test('a flood of streams that are given up at once leaves the proxy at work', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await house.sessions.ensure(house.account.id)
  const socket = await dialHttp2(house.access, house.tunnelTo(origin))
  socket.write(preface)
  const block = head(origin.host)
  for (let stream = 1; stream < 6000 && !socket.destroyed; stream += 2) {
    // CVE-2023-44487: opened and reset in one breath.
    socket.write(Buffer.concat([headersFrame(stream, block, true), resetFrame(stream, 8)]))
    if (stream % 100 === 1) await new Promise(setImmediate)
  }
  const good = await dialHttp2(house.access, house.tunnelTo(origin))
  good.write(Buffer.concat([preface, headersFrame(1, head(origin.host, { ':path': '/good' }), true)]))
  t.ok(await untilStreamEnds(good, 1))
  socket.destroy()
  good.destroy()
})

/** What a site of HTTP/2 knows the beginning of, and that it never came to its end, is none. */
function isMessage({ isWhole = true }: Seen): boolean {
  return isWhole
}

function isGood({ target, field }: Seen): boolean {
  return target === '/good' && field('cookie') === 'sid=1'
}

/** A field that is no field is left out, and the request goes on without it (nghttp2 does so): nothing of the attack is left. */
function isPlain({ method, target, body, fields }: Seen): boolean {
  return method === 'GET' && target === '/' && body === '' && fields.every(([name]) => ['host', 'cookie', 'via', 'connection'].includes(name))
}

function head(authority: string, other: Readonly<Record<string, string>> = {}): Fields {
  return Object.entries({ ':method': 'GET', ':scheme': 'https', ':authority': authority, ':path': '/', ...other })
}
