import t, { type Test } from 'tap'
import { hour, second, setClock } from '../../identity/clock.ts'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { openNotices } from './open-notices.ts'
import { type Answer, startPushService } from './push/push-service.ts'

const owner = 'u1'
const day = 24 * hour
const anHour: Answer = { status: 429, headers: { 'retry-after': '3600' } }

/** A browser to which the first notice has come; the service answers the next ones so. */
async function open(t: Test, answers: readonly Answer[], choices: Parameters<typeof openNotices>[2] = {}) {
  const service = await startPushService(t, [201, ...answers])
  const folder = await tempFolder(t)
  const clock = setClock(Date.now())
  const opened = await openNotices(t, folder, { now: clock.now, ...choices })
  const browser = service.subscribe()
  await opened.notices.addBrowser(owner, browser)
  const waiting = async () => (await opened.store.collection<{ noticeId: string }>({ name: 'notice-deliveries' }).list()).map(({ value }) => value.noticeId)
  await until(async () => service.pushes.length === 1 && (await waiting()).length === 0, 'it is told that notices come')
  const pushed = (count: number) => until(() => service.pushes.length === count, `${count} pushes`)
  const places = async () => (await opened.store.collection<{ notBefore: number }>({ name: 'notice-places' }).list()).map(({ value }) => value)
  const use = (site: string) => opened.notices.tell({ owner, kind: 'account-used', site })
  return { ...opened, service, folder, clock, browser, waiting, pushed, places, use }
}

t.test('a service that asks for time gets it for all that waits, also for what comes later and after a restart', async (t) => {
  const { service, folder, close, use, clock, pushed, places } = await open(t, [anHour, { status: 503, headers: { 'Retry-After': later(9) } }])
  await use('one')
  await pushed(2)
  await until(async () => (await places())[0]?.notBefore === clock.now() + hour, 'an hour is noted')
  await use('two')
  await close()
  clock.pass(hour - second)
  const second_ = await openNotices(t, folder, { now: clock.now })
  await second_.notices.tell({ owner, kind: 'session-taken' })
  await second_.notices.tell({ owner: 'u2', kind: 'account-used' })
  t.equal(service.pushes.length, 2)
  await second_.close()
  clock.pass(second)
  const third = await openNotices(t, folder, { now: clock.now })
  await pushed(3)
  const noted = async () => (await third.store.collection<{ notBefore: number }>({ name: 'notice-places' }).list())[0]?.value.notBefore ?? 0
  await until(async () => (await noted()) > clock.now() + 7 * hour, 'a date is understood too')
  await third.close()
  clock.pass(9 * hour)
  const last = await openNotices(t, folder, { now: clock.now })
  await pushed(6)
  await until(async () => (await last.store.collection({ name: 'notice-places' }).list()).length === 0, 'it is forgotten when one is taken')
})

t.test('what failed is tried again, and given up three days after it was told; what was told later goes on', async (t) => {
  const { use, clock, service, waiting, logged, notices, pushed } = await open(t, Array(100).fill(500), { pauses: [12 * hour] })
  for (const site of ['a', 'b', 'c']) await use(site)
  let tries = 2
  const failed = async () => {
    await pushed(tries)
    await until(() => logged().split('"tries"').length === tries, 'it is noted')
  }
  await failed()
  for (let days = 0.5; days < 2.5; days += 0.5) {
    clock.pass(12 * hour)
    await notices.tell({ owner, kind: 'session-taken', text: `${days}` })
    tries++
    await failed()
  }
  t.equal((await waiting()).length, 7, 'none is given up before')
  clock.pass(12 * hour)
  await notices.tell({ owner, kind: 'session-taken', text: 'later' })
  tries++
  await failed()
  clock.pass(12 * hour + second)
  await notices.tell({ owner, kind: 'session-taken', text: 'last' })
  await until(async () => (await waiting()).length < 8, 'they are given up')
  const left = (await waiting()).map((id) => notices.find(owner, id))
  t.notOk(
    left.some((notice) => notice?.kind === 'account-used'),
    'all three at once, and not one after the other',
  )
  t.ok(left.some((notice) => notice?.text === 'last'))
  await until(() => logged().includes('given up'), 'the log says so')
  t.ok(service.pushes.length <= tries + 1)
})

t.test('a notice that is let go is not delivered any more, and of each kind the newest fifty wait', async (t) => {
  const { notices, use, waiting, pushed, places, clock } = await open(t, [anHour])
  await use('first')
  await pushed(2)
  await until(async () => (await places()).length === 1, 'it is asked to wait')
  for (let i = 0; i < 60; i++) await notices.tell({ owner, kind: 'session-taken', text: `${i}` })
  const texts = (await waiting()).map((id) => notices.find(owner, id)).filter((notice) => notice?.kind === 'session-taken')
  t.same(new Set(texts.map((notice) => notice?.text)), new Set(Array.from({ length: 50 }, (_, i) => `${i + 10}`)))
  t.equal((await waiting()).length, 51, 'many of one kind push out no other')
  clock.pass(91 * day)
  await notices.tell({ owner, kind: 'session-taken', text: 'newest' })
  await until(async () => (await waiting()).length <= 1, 'those before are let go')
  t.same(
    notices.list(owner).map(({ text }) => text),
    ['newest'],
  )
})

t.test('what waits of notices that are gone is cleared away when the relay starts', async (t) => {
  const { use, pushed, places, folder, close, store, notices, service } = await open(t, [anHour])
  await use('first')
  await pushed(2)
  await until(async () => (await places()).length === 1, 'it is asked to wait')
  const [{ id } = { id: '' }] = notices.list(owner)
  await store.collection({ name: 'notices' }).delete(id)
  await close()
  const next = await openNotices(t, folder)
  t.same(await next.store.collection({ name: 'notice-deliveries' }).list(), [])
  t.equal(service.pushes.length, 2)
})

function later(hours: number): string {
  return new Date(Date.now() + hours * hour).toUTCString()
}
