import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { hour, second, setClock } from '../../../identity/clock.ts'
import { tempFolder } from '../../../temp-folder.ts'
import { until } from '../../../until.ts'
import { openNotices } from '../open-notices.ts'
import { type Answer, startPushService } from './push-service.ts'

const owner = 'u1'

/** Notices that go to a push service of this machine, by a clock that the test sets. */
async function open(t: Test, answers: readonly Answer[] = []) {
  const service = await startPushService(t, answers)
  const folder = await tempFolder(t)
  const clock = setClock(Date.now())
  const opened = await openNotices(t, folder, { now: clock.now })
  const pushed = (count: number) => until(() => service.pushes.length === count, `${count} pushes`)
  return { ...opened, service, folder, clock, pushed }
}

t.test('a test goes to its browser alone, at once, and says whether it was taken', async (t) => {
  const { notices, service, store, clock, pushed } = await open(t, [201, 201, 201, 403, 410])
  const [one, other] = [service.subscribe('one'), service.subscribe('other')]
  const id = await notices.addBrowser(owner, one)
  await notices.addBrowser(owner, other)
  await pushed(3)
  await t.rejects(notices.testBrowser(owner, id), { code: 'notice_not_taken' })
  clock.pass(10 * second)
  await t.rejects(notices.testBrowser(owner, id), { code: 'notice_not_taken' })
  t.match(notices.delivery(owner).browsers, [{ name: 'other' }])
  await pushed(6)
  t.match(other.shown().at(-1), { body: /no more shown at one/ })
  const [left] = notices.delivery(owner).browsers
  await notices.testBrowser(owner, left?.id ?? '')
  t.match(other.shown().at(-1), { title: 'A test of your notices', id: notices.list(owner)[0]?.id })
  t.equal(service.pushes.length, 7)
  await t.rejects(notices.testBrowser(owner, id), { code: 'not_found' })
  await until(async () => (await store.collection({ name: 'notice-deliveries' }).list()).length === 0, 'nothing is left to deliver')
})

t.test('of tests that come at a time one goes out, and the next in ten seconds; those refused leave no notice', async (t) => {
  const { notices, service, clock, pushed } = await open(t)
  const id = await notices.addBrowser(owner, service.subscribe())
  await pushed(1)
  const testAtOnce = async () => {
    const tried = await Promise.allSettled(Array.from({ length: 20 }, () => notices.testBrowser(owner, id)))
    return tried.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  }
  const refused = await testAtOnce()
  t.equal(refused.length, 19)
  for (const error of refused) t.match(error, { code: 'too_many_tries', params: { seconds: 10 } })
  t.equal(service.pushes.length, 2)
  clock.pass(10 * second - 1)
  await t.rejects(notices.testBrowser(owner, id), { code: 'too_many_tries', params: { seconds: 1 } })
  clock.pass(1)
  t.equal((await testAtOnce()).length, 19)
  t.equal(service.pushes.length, 3)
  t.equal(notices.list(owner).filter(({ kind }) => kind === 'delivery-test').length, 2)
})

t.test('a service that asks for time is not tested before, nor sent a notice after a test that it did not take', async (t) => {
  const { notices, service, clock, pushed, folder, close } = await open(t, [201, { status: 429, headers: { 'retry-after': '3600' } }])
  const id = await notices.addBrowser(owner, service.subscribe())
  await pushed(1)
  await t.rejects(notices.testBrowser(owner, id), { code: 'notice_not_taken' })
  await notices.tell({ owner, kind: 'account-used' })
  clock.pass(hour - second)
  await t.rejects(notices.testBrowser(owner, id), { code: 'too_many_tries', params: { seconds: 1 } })
  await close()
  const next = await openNotices(t, folder, { now: clock.now })
  await t.rejects(next.notices.testBrowser(owner, id), { code: 'too_many_tries', params: { seconds: 1 } })
  t.equal(service.pushes.length, 2)
  clock.pass(second)
  await next.notices.testBrowser(owner, id)
})

t.test('tests of services that do not answer count among what is under way: a person has three at most', async (t) => {
  const { notices, service } = await open(t)
  const held = service.subscribe('held', [])
  service.isSilent = true
  const ids = []
  for (let i = 0; i < 5; i++) ids.push(await notices.addBrowser(owner, { ...service.subscribe(`${i}`, []), endpoint: `${held.endpoint}${i}` }))
  await until(() => service.pushes.length === 3, 'three are under way')
  for (const id of ids) await t.rejects(notices.testBrowser(owner, id), { code: 'too_many_tries' })
  t.equal(service.pushes.length, 3)
})

t.test('where private addresses may be named, a test says only that it was not taken; else it says why', async (t) => {
  const { notices, service, folder, close, logged, clock, pushed } = await open(t, [201, 403])
  const noHttp = createServer((socket) => socket.on('error', () => {}).end('garbage\r\n\r\n')).listen(0, '127.0.0.1')
  await once(noHttp, 'listening')
  t.teardown(() => noHttp.close())
  const garbage = `http://127.0.0.1:${(noHttp.address() as AddressInfo).port}/x`
  const ids = []
  for (const endpoint of ['http://127.0.0.1:1/x', garbage, garbage.replace('http:', 'https:')])
    ids.push(await notices.addBrowser(owner, { ...service.subscribe('x', []), endpoint }))
  ids.unshift(await notices.addBrowser(owner, service.subscribe()))
  await pushed(1)
  await until(() => logged().split('tried again').length === 4, 'nothing is under way')
  const said = new Set<string>()
  for (const id of ids) {
    const error = await notices.testBrowser(owner, id).catch((error: unknown) => error as { code: string; message: string; params: { host: string } })
    t.match(error, { code: 'notice_not_taken' })
    said.add((error as { message: string }).message.replace((error as { params: { host: string } }).params.host, 'HOST'))
  }
  t.equal(said.size, 1, [...said].join('\n'))
  t.match(logged(), /it was answered with 403/, 'the operator is told')
  await close()
  const strict = await openNotices(t, folder, { webhooks: 'public', now: clock.now })
  await until(() => strict.logged().split('tried again').length === 4, 'nothing is under way')
  const why = /did not take the notice: (?!.*log of the relay)/
  await t.rejects(strict.notices.testBrowser(owner, ids[0] ?? ''), { code: 'notice_not_taken', message: why })
})
