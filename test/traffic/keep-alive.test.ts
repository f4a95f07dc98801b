import t, { type Test } from 'tap'
import { keepAliveOf } from '../../relay/accounts/index.ts'
import { pingAddress } from '../../relay/traffic/keep-alive/send-ping.ts'
import { type KeepAliveFacts, whenDue } from '../../relay/traffic/keep-alive/when-due.ts'
import { answersIn, dialTunnel, readAll } from '../proxy/raw-client.ts'
import { page, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'
import { startRelay } from '../start-relay.ts'

const minute = 60_000
const policy = { everyMinutes: 10, hours: 2, page: '/quiet?a=1' }

/** A relay with a clock that the test moves, and a session that a client has just used. */
async function openScene(t: Test) {
  const clock = { now: Date.now() }
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], now: () => clock.now })
  const { id } = house.account
  const use = async (): Promise<string> => {
    const socket = await dialTunnel(house.access, house.tunnelTo(origin))
    socket.write(`GET /used HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`)
    return answersIn((await readAll(socket)).text)[0]?.body ?? ''
  }
  await use()
  const pings = () => origin.requests.filter(({ target }) => target === policy.page)
  /** So many minutes later it looks. */
  const later = async (minutes: number): Promise<number> => {
    clock.now += minutes * minute
    await house.keepAlive.run()
    return pings().length
  }
  const count = (outcome: string): number => house.keepAlive.families()[0]?.samples.find(({ labels }) => labels?.outcome === outcome)?.value ?? -1
  return { clock, origin, house, id, use, pings, later, count }
}

t.test('a session is held open by its policy alone, until the owner’s limit, and that is no use of it', async (t) => {
  const { house, id, pings, later, count, use, clock, origin } = await openScene(t)
  t.equal(await later(600), 0, 'off unless asked for')
  clock.now -= 600 * minute
  await house.accounts.setKeepAlive(id, policy)
  const { lastUsedAt } = house.sessions.live(id) ?? {}
  const before = house.proxy.figures().requests
  t.equal(await later(5), 0, 'it was used not long ago')
  t.equal(await later(6), 1)
  t.match(pings()[0]?.field('cookie'), /sid=1/, 'with the session')
  t.equal(await later(5), 1, 'and asked not long ago')
  for (let minutes = 26; minutes < 120; minutes += 10) await later(10)
  t.equal(pings().length, 11)
  t.equal(await later(10), 11, 'two hours after its last use it is left to end')
  t.equal(await later(600), 11)
  t.equal(house.sessions.live(id)?.lastUsedAt, lastUsedAt, 'a ping is no use')
  t.equal(house.proxy.figures().requests, before, 'nor is it a request of a client')
  t.equal(count('alive'), 11)
  await use()
  t.equal(await later(11), 12, 'used again, held again')
  await house.accounts.setKeepAlive(id, 'off')
  t.equal(await later(11), 12)
  t.equal(origin.signIns(), 1)
})

t.test('a session that the site has ended is dropped, and nobody signs in for it', async (t) => {
  const { house, id, origin, later, count } = await openScene(t)
  await house.accounts.setKeepAlive(id, policy)
  origin.expire()
  t.equal(await later(11), 1)
  t.equal(house.sessions.live(id), undefined)
  t.equal(count('ended'), 1)
  t.equal(await later(11), 1, 'and what has ended is not asked for')
  t.equal(origin.signIns(), 1)
})

t.test('nothing is asked for an account that needs attention, or while a sign-in is under way', async (t) => {
  const { house, id, origin, later, count } = await openScene(t)
  await house.accounts.setKeepAlive(id, policy)
  await house.accounts.setAttention(id, { reason: 'blocked', seen: 'x', since: 1 })
  t.equal(await later(11), 0)
  await house.accounts.setAttention(id, undefined)
  const reached = new Promise<void>((resolve) => origin.on('/login', () => resolve()))
  const signIn = house.sessions.ensure(id, { fresh: true }).catch(() => {})
  await reached
  t.ok(house.sessions.live(id), 'the session before is there still')
  t.equal(await later(11), 0)
  t.equal(count('alive') + count('ended') + count('failed'), 0)
  await house.sessions.end(id)
  await signIn
})

t.test('cookies that the site gives are taken; a site in trouble ends nothing', async (t) => {
  const { house, id, origin, later, count } = await openScene(t)
  await house.accounts.setKeepAlive(id, policy)
  origin.on('/quiet', page('still here', 'Set-Cookie: seen=now; Path=/; HttpOnly\r\n'))
  await later(11)
  t.match(house.sessions.live(id)?.cookieHeader(new URL(origin.origin)), /seen=now/)
  origin.on('/quiet', 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n')
  await later(11)
  origin.on('/quiet', (socket) => socket.destroy())
  await later(11)
  t.match([count('alive'), count('failed')], [1, 2])
  t.ok(house.sessions.live(id))
})

t.test('tokens that pings are given do not take the place of those that clients have', async (t) => {
  const { house, id, origin, later, pings } = await openScene(t)
  await house.accounts.setKeepAlive(id, policy)
  const token = async (fields: string): Promise<string | undefined> => {
    const socket = await dialTunnel(house.access, house.tunnelTo(origin))
    socket.write(`GET /form HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: close\r\n\r\n`)
    await readAll(socket)
    return origin.requests.at(-1)?.field('cookie')
  }
  origin.on('/form', page('x', 'Set-Cookie: csrf=mine; Path=/\r\n'))
  await token('')
  origin.on('/form', page('x'))
  for (let count = 1; count <= 201; count++) {
    origin.on('/quiet', page('x', `Set-Cookie: csrf=of-ping-${count}; Path=/\r\n`))
    await later(11)
    if (count % 10 === 0) await token('Cookie: csrf=mine\r\n')
  }
  t.equal(pings().length, 201)
  t.match(await token('Cookie: csrf=mine\r\n'), /^csrf=mine; sid=1$/)
})

t.test('the time since the last use goes on over a restart', async (t) => {
  const { house, id, use, clock } = await openScene(t)
  await house.accounts.setKeepAlive(id, policy)
  clock.now += 100 * minute
  await use()
  const usedAt = clock.now
  await house.stop()
  const again = await startRelay(t, { folder: house.folder, hosts: { 'site.test': '127.0.0.1' }, now: () => clock.now })
  t.equal(again.sessions.live(id)?.lastUsedAt, usedAt)
  await again.stop()
})

t.test('whenDue says why not', async (t) => {
  const account = { keepAlive: policy } as unknown as NonNullable<KeepAliveFacts['account']>
  const facts: KeepAliveFacts = { account, site: undefined, now: 60 * minute, lastUsedAt: 0, isInUse: false, lastPingAt: undefined, isBusy: false }
  const rows: [Partial<KeepAliveFacts>, unknown][] = [
    [{}, policy],
    [{ account: undefined }, 'off'],
    [{ account: { ...account, attention: { reason: 'blocked', seen: '', since: 0 } } }, 'needs-attention'],
    [{ isBusy: true }, 'busy'],
    [{ now: 120 * minute }, 'limit'],
    [{ now: 120 * minute, isInUse: true }, policy],
    [{ lastPingAt: 51 * minute }, 'not-yet'],
    [{ lastUsedAt: 51 * minute, isInUse: true }, 'not-yet'],
  ]
  for (const [change, due] of rows) t.equal(whenDue({ ...facts, ...change }), due, JSON.stringify(change))
})

t.test("a site's declaration holds sessions open; the owner limits that, puts an end to it, or leaves it to the site", async (t) => {
  const { house, id, later } = await openScene(t)
  await house.accounts.replaceSite({ ...house.site, keepAlive: policy })
  t.equal(await later(11), 1)
  await house.accounts.setKeepAlive(id, { everyMinutes: 30, hours: 1 })
  t.equal(await later(20), 1, 'less often, the owner says')
  t.equal(await later(10), 2)
  t.equal(await later(30), 2, 'and no longer than an hour')
  await house.accounts.setKeepAlive(id, undefined)
  t.equal(await later(1), 3)
  await house.accounts.setKeepAlive(id, 'off')
  t.equal(await later(11), 3)
  t.same(
    keepAliveOf({ keepAlive: { everyMinutes: 1, hours: 700, page: '/own' } }, { keepAlive: policy }),
    { ...policy, page: '/own' },
    'never more than the site says',
  )
  t.equal(keepAliveOf({}, undefined), undefined)
})

t.test('a page is asked for at the site alone', async (t) => {
  const site = { origins: ['https://a.test', 'https://b.test'] } as never
  const at = (landingUrl: string, path?: string): string =>
    pingAddress({ site, landingUrl }, { everyMinutes: 1, hours: 1, ...(path === undefined ? {} : { page: path }) }).href
  t.equal(at('https://b.test/home'), 'https://b.test/home')
  t.equal(at('https://b.test/home', '/quiet'), 'https://b.test/quiet')
  t.equal(at('https://elsewhere.test/home'), 'https://a.test/')
  t.equal(at('https://elsewhere.test/home', '/quiet'), 'https://a.test/quiet')
})
