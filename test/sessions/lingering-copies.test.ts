import { pino } from 'pino'
import t, { type Test } from 'tap'
import { configSchema } from '../../config/index.ts'
import { createRelay } from '../../relay/app.ts'
import { createSessions } from '../../relay/sessions/index.ts'
import { LingeringSessions } from '../../relay/sessions/live/lingering-sessions.ts'
import { LiveSession } from '../../relay/sessions/live/site-session.ts'
import { formOf, seeOther, serve } from '../sites/serve.ts'
import { SignInBook } from '../sites/sign-in-book.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'

const minute = 60_000

/** A site whose sign-out breaks while `isBroken`, a relay with an account there, and a device that was given a copy of its session. */
async function openPlace(t: Test, folder?: string) {
  const book = new SignInBook('ann', 'correct horse')
  const way: { isBroken: boolean; told: number; home?: number } = { isBroken: true, told: 0 }
  const site = await serve((request) => {
    const { method, path, cookies } = request
    const id = method === 'POST' ? book.signIn(formOf(request).get('username') ?? '', formOf(request).get('password') ?? '') : undefined
    if (id !== undefined) return seeOther('/', [`sid=${id}; Path=/`])
    if (path === '/logout') {
      way.told++
      if (way.isBroken) return { status: 500, body: 'later' }
      book.end(cookies.sid)
    }
    if (path === '/' && way.home !== undefined) return { status: way.home }
    const form = '<form method="post" action="/login"><input name="username"><input type="password" name="password"></form>'
    return book.who(cookies.sid) === undefined ? { status: path === '/login' ? 200 : 401, body: form } : { body: '<h1>Home</h1><a href="/logout">Sign out</a>' }
  })
  t.teardown(() => site.stop())
  const relay = await startRelay(t, folder === undefined ? {} : { folder })
  const { account, user } = await enrol(relay, { url: `${site.url}login`, username: 'ann', password: 'correct horse' })
  const { device } = await relay.identity.addDevice(user.id, 'laptop')
  const first = await relay.sessions.ensure(account.id)
  await relay.sessions.copies.note({ way: 'kept', device }, first)
  return { book, way, relay, account, device, first }
}

async function replaced(t: Test) {
  const place = await openPlace(t)
  const { relay, account, way } = place
  const second = await relay.sessions.ensure(account.id, { fresh: true })
  await until(() => way.told > 0, 'the site was told')
  return { ...place, second }
}

t.test('the copy of a session that is replaced, and that the site does not end, stays listed until it does', async (t) => {
  const { relay, account, device, first, second, book, way } = await replaced(t)
  const listed = () => relay.sessions.copies.list().map(({ sessionId, lingering }) => [sessionId, lingering?.tries])
  await until(() => listed()[0]?.[1] === 1, 'the failure is noted')
  t.equal(book.alive, 2)
  await relay.sessions.copies.keepOnly(device.id, [second])
  t.same(listed(), [[first.id, 1]], 'whatever the device is told to keep: what somebody took from it is good')

  const again = createSessions({ ...relay, settings: { ticketSeconds: 60, personSeconds: 60 }, now: Date.now })
  await again.start()
  t.match(again.copies.list(), [{ accountId: account.id, deviceName: 'laptop', sessionId: first.id, lingering: { tries: 1 } }], 'a restart does not forget it')
  await again.stop()

  await relay.sessions.copies.note({ way: 'kept', device }, second)
  t.same(listed().length, 2)
  way.isBroken = false
  t.equal(await relay.sessions.end(account.id), true)
  t.same(listed(), [])
  t.equal(book.alive, 0)
  t.equal(await relay.sessions.end(account.id), false)
  t.same(await relay.store.collection({ name: 'lingering-sessions' }).list(), [])
})

t.test('so it is with one that a person ends, and he can say so again', async (t) => {
  const { relay, account, first, book, way } = await openPlace(t)
  t.equal(await relay.sessions.end(account.id), true)
  t.match(relay.sessions.copies.list(), [{ sessionId: first.id, lingering: { tries: 1 } }])
  t.equal(await relay.sessions.end(account.id), true, 'there was something to end still')
  t.equal(way.told, 2)
  for (const home of [403, 404, 429]) {
    way.home = home
    await relay.sessions.end(account.id)
    t.match(relay.sessions.copies.list(), [{ sessionId: first.id }], `a site that answers ${home} has not said that it knows it no longer`)
  }
  delete way.home
  // By itself, as after a while without use: that the sign-out goes on breaking says nothing then.
  book.expireAll()
  t.equal(await relay.sessions.end(account.id), true)
  t.same(relay.sessions.copies.list(), [])
})

t.test('so it is with one whose credential was replaced before the relay was started again', async (t) => {
  const { relay, account, first, book, way } = await openPlace(t)
  const { owner, siteId, name, username } = account
  await relay.accounts.addAccount({ owner, siteId, name, username, secrets: { password: 'another one' }, replace: true })
  const again = createSessions({ ...relay, settings: { ticketSeconds: 60, personSeconds: 60 }, now: Date.now })
  await again.start()
  t.teardown(() => again.stop())
  t.equal(again.live(account.id), undefined)
  await until(() => again.copies.list()[0]?.lingering?.tries === 1, 'the site was told, and has not ended it')
  t.match(again.copies.list(), [{ sessionId: first.id }])
  way.isBroken = false
  // The first try may be written down still: who asks meanwhile is answered with it.
  await until(async () => {
    await again.end(account.id)
    return again.copies.list().length === 0
  }, 'it has ended there too')
  t.equal(book.alive, 0)
})

/** The credential of the live session, of which nobody has a copy, is replaced, and a command runs the relay for itself. */
async function openCommand(t: Test) {
  const folder = await tempFolder(t)
  const place = await openPlace(t, folder)
  const { owner, siteId, name, username } = place.account
  await place.relay.accounts.addAccount({ owner, siteId, name, username, secrets: { password: 'another one' }, replace: true })
  await place.relay.sessions.copies.keepOnly(place.device.id, [])
  await place.relay.stop()
  const command = await createRelay({ config: configSchema.parse({}), folder, env: {}, listen: 'local', log: pino({ level: 'silent' }) })
  await command.start()
  t.teardown(() => command.stop())
  return { ...place, folder, command }
}

t.test('a command that only looks tells no site of such a session: the next relay that serves does', async (t) => {
  const { account, way, folder, command } = await openCommand(t)
  t.same([command.sessions.listLive(), command.sessions.live(account.id)], [[], undefined])
  await command.stop()
  t.equal(way.told, 0)
  const again = await startRelay(t, { folder })
  await again.stop()
  t.ok(way.told > 0)
})

t.test('a command that ends everything of its owner tells the site of it', async (t) => {
  const { account, way, command } = await openCommand(t)
  const { portal, adminToken } = command
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }
  const answer = await fetch(`http://${portal.address}/api/v1/users/${account.owner}/end`, { method: 'POST', headers, body: '{}' })
  t.match(await answer.json(), { siteSessions: 1, stillAtSites: 0 })
  t.equal(way.told, 1)
})

t.test('so does one that signs in to its account', async (t) => {
  const { account, way, command } = await openCommand(t)
  await t.rejects(command.sessions.ensure(account.id, { fresh: true }), { code: 'login_failed' })
  await until(() => way.told === 1, 'the site was told')
})

t.test('nothing lingers of an account that is removed, nor of a session that nobody has a copy of', async (t) => {
  const { relay, account, device } = await openPlace(t)
  await relay.sessions.copies.keepOnly(device.id, [])
  await relay.sessions.end(account.id)
  const records = relay.store.collection({ name: 'lingering-sessions' })
  t.same(await records.list(), [])
  await relay.sessions.copies.note({ way: 'kept', device }, await relay.sessions.ensure(account.id))
  await relay.sessions.end(account.id)
  t.equal((await records.list()).length, 1)
  await relay.accounts.removeAccount(account.id)
  await until(async () => (await records.list()).length === 0, 'it is forgotten')
  t.same(relay.sessions.copies.list(), [])
})

const place = openPlace(t)

/** Alone, by a clock that is set; one relay lends its parts to all tests. */
async function openAlone(t: Test) {
  const { relay, account, way, book } = await place
  way.isBroken = true
  way.told = 0
  book.expireAll()
  const session = (await relay.sessions.ensure(account.id, { fresh: true })) as LiveSession
  let time = Date.now()
  const open = () => new LingeringSessions({ ...relay, now: () => time })
  const load = async (isLive = false) => {
    const lingering = open()
    await lingering.load(() => isLive)
    t.teardown(() => lingering.stop())
    return lingering
  }
  // Nothing is left of this test for the next.
  t.teardown(() => load(true))
  return { way, book, session, load, later: (milliseconds: number) => (time += milliseconds) }
}

t.test('a site that does not end it is told again after growing waits, five times, and then when a person asks', async (t) => {
  const { way, book, session, load, later } = await openAlone(t)
  const lingering = await load()
  await lingering.end(session)
  for (const minutes of [1, 5, 25, 120, 600]) {
    const before = way.told
    later(minutes * minute - 1)
    await lingering.run()
    t.equal(way.told, before, `not before ${minutes} minutes`)
    later(1)
    await lingering.run()
    t.equal(way.told, before + 1)
  }
  t.strictSame([lingering.of(session.id)?.tries, lingering.of(session.id)?.nextTryAt], [6, undefined])
  later(10_000 * minute)
  await lingering.run()
  t.equal(way.told, 6)
  await (await load()).run()
  t.equal(way.told, 6, 'nor after a restart')
  t.equal(await lingering.endAgain(session.account.id), true)
  t.match(lingering.of(session.id), { tries: 1, nextTryAt: Number })
  way.isBroken = false
  later(minute)
  await lingering.run()
  t.equal(lingering.of(session.id), undefined)
  t.equal(book.alive, 0)
})

t.test('one that was held to be replaced is told to the site after a crash, unless it is live still', async (t) => {
  const { way, session, load } = await openAlone(t)
  await (await load()).hold(session)
  const after = await load()
  t.match(after.of(session.id), { tries: 0 })
  await after.run()
  t.equal(way.told, 1)
  const live = await load(true)
  t.equal(live.of(session.id), undefined)
  t.equal((await load()).of(session.id), undefined)
})

t.test('nothing is sealed for an account that was removed while its site was told', async (t) => {
  const { session, load } = await openAlone(t)
  const lingering = await load()
  await lingering.end(session)
  const { relay } = await place
  const sealed = t.capture(relay.vault, 'seal', relay.vault.seal.bind(relay.vault))
  await lingering.endAgain(session.account.id)
  t.equal(sealed().length, 1, 'that it was told is noted')
  t.intercept(relay.accounts, 'account', { value: () => undefined })
  await lingering.endAgain(session.account.id)
  t.same(sealed(), [])
})

t.test('of one account twenty are held, and for more the oldest is forgotten', async (t) => {
  const { session, load, later } = await openAlone(t)
  const lingering = await load()
  const { account, site } = session
  const made = Array.from({ length: 21 }, (_, at) => LiveSession.begin(account, site, { ...session, cookies: session.serialisedCookies() }, at, () => {}))
  const last = made.pop() as LiveSession
  for (const one of made) {
    later(1)
    await lingering.hold(one)
  }
  // The oldest of them after a restart too.
  await (await load()).hold(last)
  made.push(last)
  const kept = await load()
  t.same(
    made.map(({ id }) => kept.of(id) !== undefined),
    [false, ...Array(20).fill(true)],
  )
})
