import t from 'tap'
import { startGateway } from '../../gateway/start-gateway.ts'
import { ask as askHttp2, openHttp2 } from '../http2/http2-client.ts'
import { answersIn, dialTunnel, readAll } from '../raw-client.ts'
import { type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

const upgrade = 'Upgrade: websocket\r\nSec-WebSocket-Key: key==\r\nSec-WebSocket-Version: 13\r\n'

async function ask(house: House, origin: RecordingOrigin, request: string, fields = '') {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  const connection = fields.includes('Upgrade:') ? 'Upgrade' : 'close'
  socket.write(`${request} HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: ${connection}\r\n\r\n`)
  const [answer] = answersIn((await readAll(socket)).text)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

t.test('a device is kept off the paths of a declaration: by any method, over HTTP/2, with a WebSocket or an event stream', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], declared: { denyPaths: { paths: ['/account/password'], owner: true } } })
  const page = await ask(house, origin, 'GET /account/password', 'Sec-Fetch-Mode: navigate\r\n')
  t.equal(page.status, 403)
  t.match(page.head, /\r\nLogin-Relay-Error: path_denied/)
  t.match(page.body, /<h1>With this account you are kept off .*\/account\/password.* at erp.*declaration/s)
  t.match(page.body, 'login-relay site edit erp')
  const tool = await ask(house, origin, 'POST /x/%2e%2e/Account//%70assword;a', 'X-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n')
  t.match(JSON.parse(tool.body), { status: 403, code: 'path_denied', next: /^Who runs the relay may lift it/ })
  t.equal((await ask(house, origin, 'GET /home', 'X-Original-URL: /account/password\r\n')).status, 403)
  t.equal((await ask(house, origin, 'GET /account/password', upgrade)).status, 403)
  t.equal((await ask(house, origin, 'GET /account/password/events', 'Accept: text/event-stream\r\n')).status, 403)
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  t.match(await askHttp2(session, { ':path': '/account/password' }), { headers: { ':status': 403, 'login-relay-error': 'path_denied' } })
  t.equal((await ask(house, origin, 'GET /account')).status, 200)
  t.same(
    origin.requests.map(({ target }) => target),
    ['/account'],
    'the site heard of nothing else',
  )
})

t.test('no denied path hides behind a #, which no target may hold (RFC 9112 section 3.2)', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], declared: { denyPaths: { paths: ['/account/password', '/?page=profile'], owner: true } } })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  for (const path of ['/a#/../account/password', '/?a=1#&page=profile', '/#']) {
    for (const target of [path, origin.origin + path]) {
      const { status, head } = await ask(house, origin, `GET ${target}`)
      t.equal(status, 400, target)
      t.match(head, /\r\nLogin-Relay-Error: proxy_bad_request/)
    }
    t.match(await askHttp2(session, { ':path': path }), { headers: { ':status': 400, 'login-relay-error': 'proxy_bad_request' } })
  }
  t.same(origin.requests, [])
})

t.test('by default the owner is not kept off; he may keep his own devices off, and lift it', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], declared: { denyPaths: { paths: ['/profile'] } } })
  t.equal((await ask(house, origin, 'GET /profile')).status, 200)
  await house.accounts.setDenyPaths(house.account.id, { paths: ['/profile'], owner: true })
  const refused = await ask(house, origin, 'GET /profile/me')
  t.match(JSON.parse(refused.body), { status: 403, next: 'The owner may lift it: `login-relay account deny erp`.' })
  await house.accounts.setDenyPaths(house.account.id, undefined)
  t.equal((await ask(house, origin, 'GET /profile')).status, 200)
  await t.rejects(house.accounts.setDenyPaths(house.account.id, { paths: ['/'] }), { code: 'bad_request' })
  await t.rejects(house.accounts.setDenyPaths(house.account.id, { paths: ['profile'] }), { code: 'bad_request' })
})

t.test('so is a browser at the gateway', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startGateway(t, { origins: [origin] })
  await house.accounts.setDenyPaths(house.account.id, { paths: ['/profile'], owner: true })
  const terminal = await house.terminal()
  t.equal((await terminal.visit(`${house.at()}/home2`)).status, 200)
  const refused = await terminal.visit(`${house.at()}/%70rofile`)
  t.match(refused, { status: 403, headers: { 'login-relay-error': 'path_denied' } })
  t.notOk(origin.requests.some(({ target }) => /rofile/.test(target)))
})
