import t from 'tap'
import { answersIn, dialTunnel, readAll } from '../raw-client.ts'
import { page, type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

async function ask(house: House, origin: RecordingOrigin, head: string, body = '', fields = ''): Promise<{ status: number; head: string; body: string }> {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`${head} HTTP/1.1\r\nHost: ${origin.host}\r\nContent-Length: ${body.length}\r\n${fields}Connection: close\r\n\r\n${body}`)
  const [answer] = answersIn((await readAll(socket, { ms: 10_000 })).text)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

t.test('when the session has ended, the relay signs in once and sends a safe request again', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await ask(house, origin, 'GET /first')
  origin.expire()
  const { body, head } = await ask(house, origin, 'GET /second')
  t.equal(body, 'GET /second 0')
  t.match(head, /\r\nLogin-Relay-Session: renewed/)
  t.same(
    origin.requests.map(({ target, field }) => `${target} ${field('cookie')}`),
    ['/first sid=1', '/second sid=1', '/second sid=2'],
  )
})

t.test('a hundred requests that meet the end of the session share one sign-in', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await ask(house, origin, 'GET /first')
  origin.expire()
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(house, origin, `GET /${i}`)))
  t.ok(answers.every(({ body }, i) => body === `GET /${i} 0`))
  t.equal(origin.signIns(), 2)
})

t.test('a small body is sent again when the site has not acted: it answered with its login page or 401', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await ask(house, origin, 'GET /first')
  origin.expire()
  t.equal((await ask(house, origin, 'POST /order', 'a=b')).body, 'POST /order 3')
  t.same(
    origin.requests.filter(({ target }) => target === '/order').map(({ body }) => body),
    ['a=b', 'a=b'],
  )
})

t.test('a body too big to keep is not sent again: the client is told that the session is renewed', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { sessions: { resendBytes: 100 } } })
  await ask(house, origin, 'GET /first')
  origin.expire()
  const { status, head, body } = await ask(house, origin, 'POST /order', 'x'.repeat(101))
  t.equal(status, 401)
  t.match(head, /\r\nLogin-Relay-Session: renewed/)
  t.match(head, /\r\nWWW-Authenticate: Login-Relay/)
  t.equal(JSON.parse(body).code, 'session_renewed')
  t.equal(origin.requests.filter(({ target }) => target === '/order').length, 1)
  t.equal((await ask(house, origin, 'POST /order', 'x'.repeat(101))).body, 'POST /order 101', 'the next try goes through')
  t.equal(origin.signIns(), 2)
})

t.test('an answer that ends the session after the site has acted is passed on, and its request is not sent again', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/order', page('ordered', 'Set-Cookie: sid=; Max-Age=0; Path=/\r\n'))
  origin.on('/paid', 'HTTP/1.1 302 Found\r\nLocation: /goodbye\r\nSet-Cookie: sid=; Max-Age=0; Path=/\r\nContent-Length: 0\r\n\r\n')
  const house = await startHouse(t, { origins: [origin] })
  t.equal((await ask(house, origin, 'POST /order', 'a=b')).body, 'ordered')
  t.match((await ask(house, origin, 'POST /paid', 'a=b')).head, /\r\nLocation: \/goodbye/)
  t.same(
    origin.requests.map(({ target }) => target),
    ['/order', '/paid'],
  )
  t.equal((await ask(house, origin, 'GET /next')).body, 'GET /next 0')
  t.equal(origin.signIns(), 3, 'each request after such an answer has a fresh session')
})

t.test('a page that looks signed out on a fresh session too is passed on as it is, and never signs in again and again', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/admin', 'HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n')
  const house = await startHouse(t, { origins: [origin] })
  for (const _ of [1, 2, 3, 4]) {
    const { status, head } = await ask(house, origin, 'GET /admin')
    t.equal(status, 302)
    t.match(head, /\r\nLocation: \/login/)
  }
  t.equal(origin.signIns(), 2, 'one sign-in to begin with, one to make sure')
  t.equal((await ask(house, origin, 'GET /other')).body, 'GET /other 0', 'the session serves other pages')
})

t.test('several such pages, in whatever order, are each made sure of once', async (t) => {
  const origin = await startRecordingOrigin(t)
  const toLogin = 'HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n'
  for (const path of ['/a', '/b']) origin.on(path, toLogin)
  const house = await startHouse(t, { origins: [origin] })
  const signIns = []
  for (const path of ['/a', '/a', '/b', '/a', '/b', '/a']) {
    t.equal((await ask(house, origin, `GET ${path}`)).status, 302)
    signIns.push(origin.signIns())
  }
  t.same(signIns, [2, 2, 3, 3, 3, 3])
})

t.test('sign-ins in a row that are good for nothing come to an end, and the session serves on; one that helps begins anew', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const askLocked = async (count: number, first: number) => {
    for (let number = first; number < first + count; number++) {
      origin.on(`/locked/${number}`, 'HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n')
      t.equal((await ask(house, origin, `GET /locked/${number}`)).status, 302)
    }
  }
  await askLocked(2, 0)
  t.equal(origin.signIns(), 3)
  origin.expire()
  t.equal((await ask(house, origin, 'GET /other')).body, 'GET /other 0')
  t.equal(origin.signIns(), 4)
  await askLocked(5, 2)
  t.equal(origin.signIns(), 7, 'three, and no more for a while')
  t.equal((await ask(house, origin, 'GET /other')).body, 'GET /other 0')
})

t.test('one account at a site needs no name; of several the request names one', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const second = await house.accounts.addAccount({ owner: house.userId, siteId: 'erp', name: 'second', username: 'bob', secrets: { password: 'pw' } })
  const unnamed = await ask(house, origin, 'GET /a')
  t.equal(unnamed.status, 409)
  t.match(JSON.parse(unnamed.body), { code: 'account_ambiguous', next: /Login-Relay-Account/ })
  t.match(unnamed.head, /\r\nLogin-Relay-Error: account_ambiguous/)
  for (const name of ['second', second.id, 'erp']) {
    t.equal((await ask(house, origin, 'GET /a', '', `Login-Relay-Account: ${name}\r\n`)).body, 'GET /a 0')
  }
  t.equal((await ask(house, origin, 'GET /a', '', 'Login-Relay-Account: third\r\n')).status, 404)
})

t.test('a user without an account at the site is told how to add one', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await house.accounts.removeAccount(house.account.id)
  const { status, head, body } = await ask(house, origin, 'GET /a')
  t.equal(status, 401)
  t.match(head, /\r\nLogin-Relay-Error: login_required/)
  t.match(JSON.parse(body), { next: /account add erp/, url: /^http/ })
  t.match((await ask(house, origin, 'GET /a', '', 'Accept: text/html\r\n')).body, /Open the portal/)
  t.same(origin.requests, [])
})

t.test('a site that is down, or sends what is not HTTP, is an error with words and no reset', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/junk', 'no HTTP at all\r\n\r\n')
  origin.on('/drop', (socket) => void socket.destroy())
  origin.on('/ctl', Buffer.from(page('x', 'X-A: a\u0001b\r\n'), 'latin1'))
  const house = await startHouse(t, { origins: [origin] })
  for (const path of ['/junk', '/drop', '/ctl']) {
    const { status, head } = await ask(house, origin, `GET ${path}`)
    t.equal(status, 502, path)
    t.match(head, /\r\nLogin-Relay-Error: site_down/)
  }
})
