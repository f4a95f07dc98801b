import { pino } from 'pino'
import t, { type Test } from 'tap'
import type { SiteSession } from '../../relay/sessions/index.ts'
import { StoredGivenCopies } from '../../relay/sessions/live/given-copies.ts'
import { openStore } from '../identity/open-store.ts'

const session = { id: 's1', account: { id: 'a1', owner: 'ann' } } as SiteSession
const laptop = { id: 'd1', name: 'laptop' }

async function open(t: Test) {
  const { store, reopen } = await openStore(t)
  const live = new Map([['a1', session]])
  const said: string[] = []
  const log = pino({ base: null }, { write: (line: string) => void said.push(line) })
  let time = 0
  const on = (present: typeof store) => {
    const copies = new StoredGivenCopies({ store: present, now: () => ++time, live: (id) => live.get(id), lingering: () => undefined, log })
    return copies.load().then(() => copies)
  }
  return { store, live, said, copies: await on(store), again: async () => on(await reopen()) }
}

t.test('each way in which somebody has cookies is noted once, and a restart does not forget it', async (t) => {
  const { copies, again } = await open(t)
  const holders = [
    { way: 'kept', userId: 'ann', device: laptop },
    { way: 'claimed', userId: 'ann', device: laptop },
    { way: 'browser', userId: 'ann', device: laptop },
    { way: 'claimed', userId: 'ann' },
    { way: 'claimed' },
  ] as const
  for (const holder of [...holders, ...holders]) t.equal(await copies.note(holder, session), true)
  const listed = [...holders].reverse().map(({ way }) => ({ way, accountId: 'a1', sessionId: 's1' }))
  t.match(copies.list(), listed)
  t.equal(copies.list().length, 5)
  t.same((await again()).list(), copies.list())
})

t.test('a device that is told which copies to keep has what it was given otherwise all the same', async (t) => {
  const { copies } = await open(t)
  for (const way of ['kept', 'claimed', 'browser'] as const) await copies.note({ way, device: laptop }, session)
  await copies.keepOnly(laptop.id, [])
  t.match(copies.list(), [{ way: 'browser' }, { way: 'claimed' }])
  t.equal(copies.list().length, 2)
})

t.test('of a session that has ended while it was written down nothing is to be given, nor is it listed', async (t) => {
  const { copies, live } = await open(t)
  const noting = copies.note({ way: 'claimed', device: laptop }, session)
  live.clear()
  t.equal(await noting, false)
  t.same(copies.list(), [])
  t.notOk(copies.has({ way: 'claimed', device: laptop }, session), 'nor is anything given because of what was written down')
})

t.test('of one session a hundred of each person are kept: for more his oldest is forgotten, which the log says', async (t) => {
  const { copies, said, store, again } = await open(t)
  const anns = { way: 'claimed', userId: 'ann', device: { id: 'phone', name: 'phone' } } as const
  await copies.note(anns, session)
  for (let i = 0; i < 101; i++) await copies.note({ way: 'claimed', device: { id: `d${i}`, name: 'job' } }, session)
  t.equal(copies.list().length, 101)
  t.ok(copies.has(anns, session), "another person's stays")
  t.equal((await store.collection({ name: 'session-copies' }).list()).length, 101)
  t.notOk(copies.has({ way: 'claimed', device: { id: 'd0', name: 'job' } }, session))
  t.match(said.join(''), /there are too many/)
  const after = await again()
  await after.note({ way: 'claimed', device: { id: 'one-more', name: 'job' } }, session)
  t.notOk(after.has({ way: 'claimed', device: { id: 'd1', name: 'job' } }, session), 'the oldest of them after a restart too')
  t.ok(after.has({ way: 'claimed', device: { id: 'd2', name: 'job' } }, session))
})

t.test('what older relays wrote down is a copy that a device keeps', async (t) => {
  const { store, again } = await open(t)
  await store.collection({ name: 'session-copies' }).put('d1 a1 s1', { deviceId: 'd1', deviceName: 'laptop', accountId: 'a1', sessionId: 's1', at: 1 })
  const copies = await again()
  t.match(copies.list(), [{ way: 'kept', deviceName: 'laptop' }])
  t.ok(copies.has({ way: 'kept', userId: 'ann', device: laptop }, session), 'its owner is not told of it a second time')
})
