import t from 'tap'
import { attachCookies } from '../../../relay/traffic/attach-session.ts'
import fc from '../../property.ts'
import { answersIn, dialTunnel, readAll } from '../raw-client.ts'
import { page, type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

async function get(house: House, origin: RecordingOrigin, path: string, fields = ''): Promise<{ status: number; head: string; body: string }> {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: close\r\n\r\n`)
  const [answer] = answersIn((await readAll(socket)).text)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

t.test("the session's cookies win over the client's of the same names, and the client's others pass", async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await get(house, origin, '/a', 'Cookie: lang=en; sid=stale; theme=dark\r\nCookie: sid=other\r\n')
  t.equal(origin.requests[0]?.field('cookie'), 'lang=en; theme=dark; sid=1')
})

t.test("the portal's own cookies, which the browser sends to every port of the host, go to no site", async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const own = ['', '-form', '-half', '-phrase', '-pairing', '-terminal'].flatMap((end) => [`login-relay${end}=portal`, `__Host-login-relay${end}=portal`])
  await get(house, origin, '/a', `Cookie: ${['a=login-relay', ...own, 'my-login-relay=b', 'login-relay2=c'].join('; ')}\r\n`)
  t.equal(origin.requests[0]?.field('cookie'), 'a=login-relay; my-login-relay=b; login-relay2=c; sid=1')
})

t.test('with delivery attach a cookie that no script sees stays in the relay, which sends it from then on', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/rotate', page('rotated', 'Set-Cookie: sid=1; Path=/; HttpOnly\r\nset-cookie: more=abc; Path=/; httponly\r\n'))
  const house = await startHouse(t, { origins: [origin] })
  const { head, body } = await get(house, origin, '/rotate')
  t.equal(body, 'rotated')
  t.notMatch(head, /set-cookie/i)
  await get(house, origin, '/next')
  t.match(origin.requests[1]?.field('cookie'), /more=abc/)
})

t.test('with delivery handoff the site sets its cookies at the client', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/rotate', page('rotated', 'Set-Cookie: csrf=abc; Path=/; HttpOnly\r\n'))
  const house = await startHouse(t, { origins: [origin], delivery: 'handoff' })
  const { head } = await get(house, origin, '/rotate')
  t.match(head, /\r\nSet-Cookie: csrf=abc; Path=\/; HttpOnly/)
})

t.test("the relay's own fields are never sent on, and the site cannot speak in the relay's name", async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/', page('hello', 'Login-Relay-Error: internal\r\nAlt-Svc: h3=":443"\r\n'))
  const house = await startHouse(t, { origins: [origin] })
  const { head } = await get(house, origin, '/', 'Login-Relay-Account: erp\r\nLogin-Relay-Anything: x\r\n')
  t.same(
    origin.requests[0]?.fields.filter(([name]) => name.startsWith('login-relay')),
    [],
  )
  t.notMatch(head, /login-relay-error|alt-svc/i)
})

t.test('fields of one hop stay on it (RFC 9110 7.6.1)', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/', page('hello', 'Connection: X-Own\r\nX-Own: 1\r\nKeep-Alive: timeout=1\r\nProxy-Authenticate: Basic\r\nX-Far: 2\r\n'))
  const house = await startHouse(t, { origins: [origin] })
  const fields =
    'X-Drop: 1\r\nConnection: x-drop, close, TE\r\nTE: deflate;q=0.5, trailers\r\nKeep-Alive: 5\r\nProxy-Connection: keep-alive\r\nUpgrade: h2c\r\nVia: 1.0 fred\r\nX-Stay: 2\r\n'
  const { head } = await get(house, origin, '/', fields)
  const names = origin.requests[0]?.fields.map(([name]) => name) ?? []
  t.same(
    names.filter((name) => ['x-drop', 'keep-alive', 'proxy-connection', 'upgrade'].includes(name)),
    [],
  )
  t.ok(names.includes('x-stay'))
  t.equal(origin.requests[0]?.field('te'), 'trailers', 'said anew: the relay passes them on')
  t.equal(origin.requests[0]?.field('connection'), 'keep-alive, TE')
  t.same(
    origin.requests[0]?.fields.filter(([name]) => name === 'via').map(([, value]) => value),
    ['1.0 fred', '1.1 login-relay'],
  )
  t.notMatch(head, /x-own|proxy-authenticate|timeout=1\b/i)
  t.match(head, /\r\nX-Far: 2/)
  t.match(head, /\r\nVia: 1\.1 login-relay/)
})

t.test('names and values pass with the bytes they have', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/', Buffer.from(page('hello', 'X-Bytes: \u00ff\u0080"\\\r\n'), 'latin1'))
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(Buffer.from(`GET / HTTP/1.1\r\nHost: ${origin.host}\r\nX-CamelCase: \u00e9\u00ff "q"\r\nConnection: close\r\n\r\n`, 'latin1'))
  const { text } = await readAll(socket)
  t.equal(origin.requests[0]?.field('x-camelcase'), '\u00e9\u00ff "q"')
  t.match(text, /\r\nX-Bytes: \u00ff\u0080"\\\r\n/)
})

t.test('attachCookies: every cookie of the session once and unchanged, none of the client with its name', async () => {
  const name = fc.stringMatching(/^[a-z]{1,3}$/)
  const value = fc.stringMatching(/^[A-Za-z0-9=%"]{0,5}$/)
  const cookies = fc.uniqueArray(fc.tuple(name, value), { selector: ([name]) => name, maxLength: 6 })
  const text = (pairs: readonly (readonly [string, string])[]): string => pairs.map(([name, value]) => `${name}=${value}`).join('; ')
  fc.assert(
    fc.property(cookies, cookies, (client, own) => {
      const sent = attachCookies(text(client), text(own))
      const names = new Set(own.map(([name]) => name))
      return sent === text([...client.filter(([name]) => !names.has(name)), ...own])
    }),
  )
})
