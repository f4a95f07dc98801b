import t, { type Test } from 'tap'
import { until } from '../../until.ts'
import { answersIn, dialTunnel, type ProxyAccess, readAll } from '../raw-client.ts'
import { page, startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'
import { asking, switching } from '../websocket.ts'

const setTicket = 'Set-Cookie: ticket=abc; Path=/; HttpOnly\r\n'

/** A site whose pages set cookies, and a device at it. */
async function open(t: Test, delivery: 'attach' | 'handoff' = 'handoff', more: readonly string[] = []) {
  const origin = await startRecordingOrigin(t, { signInCookies: (signIn) => [`sid=${signIn}; Path=/; HttpOnly`, ...more] })
  origin.on('/renew', page('renewed', setTicket))
  origin.on('/token', page('token', 'Set-Cookie: csrftoken=abc; Path=/\r\nSet-Cookie: gone=; Path=/; Max-Age=0\r\n'))
  const house = await startHouse(t, { origins: [origin], delivery })
  const get = async (path: string, access: ProxyAccess = house.access) => {
    const socket = await dialTunnel(access, house.tunnelTo(origin))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`)
    const [answer] = answersIn((await readAll(socket)).text)
    return { status: answer?.status, cookies: [...(answer?.head ?? '').matchAll(/\r\nSet-Cookie: (\w+=[^;\r]*)/gi)].map(([, pair]) => pair) }
  }
  const deliver = () => {
    const code = house.sessions.tickets.issueDelivery({ accountId: house.account.id, holder: house.userId, expiresAt: Date.now() + 60_000 })
    return get(`/.well-known/login-relay/deliver?code=${code}`)
  }
  return { origin, house, get, deliver, listed: () => house.sessions.copies.list() }
}

t.test('a browser that is given the cookies by a link is noted as one that has them, until the site has ended the session (law 7)', async (t) => {
  const { house, deliver, listed } = await open(t)
  t.same(await deliver(), { status: 303, cookies: ['sid=1'] })
  const [copy] = listed()
  t.match(copy, { way: 'browser', userId: house.userId, deviceId: house.device.id, deviceName: house.device.name, accountId: house.account.id })
  await deliver()
  t.same(listed(), [copy], 'once, whatever is delivered again')
  t.equal(await house.sessions.end(house.account.id), true)
  t.match(listed(), [{ way: 'browser', sessionId: copy?.sessionId, lingering: { tries: 1 } }], 'this site offers no way to sign out')
  await house.accounts.removeAccount(house.account.id)
  await until(() => listed().length === 0, 'it is forgotten')
})

t.test('so is one that gets them with a page, each device for itself; a token against forged requests alone makes none', async (t) => {
  const { house, get, listed } = await open(t)
  t.same(await get('/token'), { status: 200, cookies: ['csrftoken=abc', 'gone='] })
  t.same(listed(), [])
  t.same(await get('/renew'), { status: 200, cookies: ['ticket=abc'] })
  t.same(await get('/renew', await house.addDevice()), { status: 200, cookies: ['ticket=abc'] })
  t.match(listed(), [{ way: 'browser' }, { way: 'browser', deviceId: house.device.id }])
  t.equal(listed().length, 2)
})

t.test('where it cannot be written down, or the session has ended meanwhile, no cookie leaves', async (t) => {
  const { house, get, deliver, listed } = await open(t)
  await house.sessions.ensure(house.account.id)
  const { copies } = house.sessions
  const note = copies.note.bind(copies)
  const full = () => Promise.reject(new Error('the disk is full'))
  const endFirst = async (...given: Parameters<typeof note>) => {
    await house.sessions.end(house.account.id)
    return note(...given)
  }
  for (const value of [full, endFirst]) {
    const restored = t.intercept(copies, 'note', { value })
    // What is under way with a session is cut when that ends.
    t.same(await get('/renew'), { status: value === full ? 200 : undefined, cookies: [] })
    await house.sessions.ensure(house.account.id)
    t.same((await deliver()).cookies, [])
    restored.restore()
    await house.sessions.ensure(house.account.id)
  }
  t.same(listed(), [])
})

t.test('a WebSocket brings them to a browser that is known to have some, and to no other: it does not wait until that is written down', async (t) => {
  const { origin, house, get, listed } = await open(t)
  origin.on('/ws', (socket) => socket.write(`${switching}${setTicket}\r\n`))
  const joined = async () => {
    const socket = await dialTunnel(house.access, house.tunnelTo(origin))
    socket.write(`GET /ws HTTP/1.1\r\nHost: ${origin.host}\r\n${asking}\r\n`)
    const { text } = await readAll(socket, { until: (text) => text.includes('\r\n\r\n') })
    t.match(text, /^HTTP\/1\.1 101 /)
    return text.includes('ticket=abc')
  }
  t.equal(await joined(), false)
  t.same(listed(), [])
  t.same(await get('/renew'), { status: 200, cookies: ['ticket=abc'] })
  t.equal(await joined(), true)
})

t.test('a token against forged requests that repeats the session, or that no script sees, is one by which its holder goes on', async (t) => {
  for (const line of ['csrftoken=a-session-of-its-own; Path=/', 'xsrf=abc; Path=/; HttpOnly']) {
    const { get, listed, origin } = await open(t, 'handoff', ['session=a-session-of-its-own; Path=/; HttpOnly'])
    origin.on('/token-too', page('token', `Set-Cookie: ${line}\r\n`))
    t.equal((await get('/token-too')).cookies.length, 1)
    t.match(listed(), [{ way: 'browser' }])
  }
})

t.test('of a session whose cookies hold the password none is handed over, with a page or by a link (law 1)', async (t) => {
  const password = 'a long password'
  const set = `last=${encodeURIComponent(password)}; Path=/`
  const { house, get, deliver, origin, listed } = await open(t, 'handoff', [set])
  origin.on('/home-again', page('again', `Set-Cookie: ${set}\r\n`))
  const { owner, siteId, name, username } = house.account
  await house.accounts.addAccount({ owner, siteId, name, username, secrets: { password }, replace: true })
  t.equal((await house.sessions.ensure(house.account.id)).cookiesTell, true)
  for (const { cookies } of [await get('/home-again'), await deliver()]) t.notMatch(cookies.join(), /long/)
  t.same(listed(), [])
})

t.test('with delivery attach nobody is given any', async (t) => {
  const { get, deliver, listed } = await open(t, 'attach')
  t.equal((await deliver()).status, 303)
  await get('/renew')
  t.same(listed(), [])
})
