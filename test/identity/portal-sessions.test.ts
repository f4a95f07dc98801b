import t from 'tap'
import { PortalSessions } from '../../relay/identity/portal-sessions.ts'
import { hour, minute, setClock } from './clock.ts'
import { openStore } from './open-store.ts'

const from = { address: '192.0.2.1', agent: 'a browser' }

t.test('a session that is used lasts 12 hours', async (t) => {
  const clock = setClock()
  const sessions = new PortalSessions((await openStore(t)).store, clock.now)
  const { token, session } = await sessions.begin('ann', from)
  t.equal(session.expiresAt, clock.now() + 2 * hour)
  for (let hours = 1; hours < 12; hours++) {
    clock.pass(hour)
    t.ok(sessions.use(token), `after ${hours} hours`)
  }
  clock.pass(hour)
  t.equal(sessions.use(token), undefined)
  await sessions.settle()
})

t.test('a session that is not used lasts 2 hours', async (t) => {
  const clock = setClock()
  const sessions = new PortalSessions((await openStore(t)).store, clock.now)
  const { token } = await sessions.begin('ann', from)
  clock.pass(2 * hour - 1)
  t.ok(sessions.use(token))
  clock.pass(2 * hour)
  t.equal(sessions.use(token), undefined)
  await sessions.settle()
})

t.test('a session survives a restart, with its anti-CSRF value and its last use', async (t) => {
  const clock = setClock()
  const { store, reopen } = await openStore(t)
  const before = new PortalSessions(store, clock.now)
  const { token, session } = await before.begin('ann', from)
  clock.pass(hour)
  before.use(token)
  await before.settle()
  const after = new PortalSessions(await reopen(), clock.now)
  await after.load()
  clock.pass(hour + minute)
  t.match(after.use(token), { id: session.id, csrf: session.csrf, lastUsedAt: clock.now() }, 'two hours after it began, one after its last use')
  await after.settle()
})

t.test('an ended session is over at once and after a restart', async (t) => {
  const { store, reopen } = await openStore(t)
  const clock = setClock()
  const sessions = new PortalSessions(store, clock.now)
  const { token, session } = await sessions.begin('ann', from)
  clock.pass(2 * minute)
  sessions.use(token)
  const ending = sessions.end(session.id)
  t.equal(sessions.use(token), undefined, 'before the end is durable')
  t.equal(await ending, true)
  t.equal(await sessions.end(session.id), false)
  await sessions.settle()
  const after = new PortalSessions(await reopen(), clock.now)
  await after.load()
  t.equal(after.use(token), undefined, 'a use that was being written does not bring it back')
  t.strictSame(await after.list('ann'), [])
})

t.test('a user sees his own sessions, newest first, without anti-CSRF values', async (t) => {
  const clock = setClock()
  const sessions = new PortalSessions((await openStore(t)).store, clock.now)
  const { session: first } = await sessions.begin('ann', { ...from, agent: 'x'.repeat(1000) })
  clock.pass(minute)
  const { session: second } = await sessions.begin('ann', { ...from, agent: '👍'.repeat(300) })
  await sessions.begin('bob', from)
  const list = await sessions.list('ann')
  t.strictSame(
    list.map(({ id }) => id),
    [second.id, first.id],
  )
  t.notOk(list.some((session) => 'csrf' in session))
  t.strictSame(
    list.map(({ agent }) => [...agent].length),
    [200, 200],
  )
})

t.test('expired sessions are swept from the store', async (t) => {
  const clock = setClock()
  const { store } = await openStore(t)
  const records = store.collection({ name: 'portal-sessions' })
  const sessions = new PortalSessions(store, clock.now)
  await sessions.begin('ann', from)
  clock.pass(3 * hour)
  await sessions.begin('bob', from)
  t.equal((await records.list()).length, 1)
  clock.pass(3 * hour)
  await new PortalSessions(store, clock.now).load()
  t.equal((await records.list()).length, 0)
})

t.test("a user's oldest session ends when there are more than a hundred", async (t) => {
  const clock = setClock()
  const sessions = new PortalSessions((await openStore(t)).store, clock.now)
  const { token: oldest } = await sessions.begin('ann', from)
  clock.pass(1)
  const { token: next } = await sessions.begin('ann', from)
  clock.pass(1)
  for (let n = 2; n < 100; n++) await sessions.begin('ann', from)
  t.ok(sessions.use(oldest))
  await sessions.begin('ann', from)
  t.equal(sessions.use(oldest), undefined)
  t.ok(sessions.use(next))
})

t.test('what is no token finds nothing', async (t) => {
  const sessions = new PortalSessions((await openStore(t)).store, setClock().now)
  const { token } = await sessions.begin('ann', from)
  for (const other of ['', 'x', `${token}=`, ` ${token}`, token.slice(1), `lr_${token}`, '__proto__', 'x'.repeat(1_000_000)])
    t.equal(sessions.use(other), undefined)
})
