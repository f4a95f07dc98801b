import t, { type Test } from 'tap'
import { setClock } from '../../identity/clock.ts'
import { tempFolder } from '../../temp-folder.ts'
import { openNotices } from './open-notices.ts'

const day = 86_400_000
const owner = 'u1'

/** The same, with devices that are enrolled and their names as they were told. */
async function open(t: Test, folder: string, choices: Parameters<typeof openNotices>[2] = {}) {
  const opened = await openNotices(t, folder, choices)
  const addDevice = (name: string) => opened.audit.record({ act: 'device.add', outcome: 'done', owner, details: { name } })
  const names = () => opened.notices.list(owner).map(({ deviceName }) => deviceName)
  return { ...opened, addDevice, names }
}

t.test('what was recorded by a relay that was killed before it told is told by the next one, once', async (t) => {
  const folder = await tempFolder(t)
  const first = await open(t, folder)
  await first.addDevice('told')
  await first.close()
  const killed = await open(t, folder, { listens: false })
  await killed.addDevice('untold')
  await killed.close()
  const second = await open(t, folder)
  t.same(second.names(), ['untold', 'told'])
  await second.close()
  const third = await open(t, folder)
  t.same(third.names(), ['untold', 'told'])
})

t.test('what was recorded before there were notices is not told', async (t) => {
  const folder = await tempFolder(t)
  const before = await open(t, folder, { listens: false })
  await before.addDevice('long ago')
  await before.close()
  t.same((await open(t, folder)).names(), [])
})

t.test('a person has the newest 200 of each kind, none older than 90 days; after a restart too', async (t) => {
  const folder = await tempFolder(t)
  const clock = setClock()
  const first = await open(t, folder, clock)
  await first.notices.tell({ owner, kind: 'session-taken' })
  clock.pass(1000)
  for (let i = 0; i < 210; i++) void first.addDevice(`device-${i}`)
  await first.close()
  // It was stopped before it had told: the next one tells, and the one after finds them.
  await (await open(t, folder, clock)).close()
  const second = await open(t, folder, clock)
  t.equal(second.notices.unread(owner), 201)
  t.equal(second.notices.list(owner, { limit: 1 })[0]?.deviceName, 'device-209')
  t.equal(second.notices.list(owner, { limit: 500 }).at(-1)?.kind, 'session-taken', 'many of one kind push out no other')
  clock.pass(91 * day)
  await second.addDevice('newest')
  await second.close()
  t.same((await open(t, folder, clock)).names(), ['newest'])
})

t.test('read is read after a restart; tries that are read begin a new sum', async (t) => {
  const folder = await tempFolder(t)
  const first = await open(t, folder)
  const fail = () => first.notices.tell({ owner, kind: 'failed-tries' })
  await fail()
  await fail()
  t.match(first.notices.list(owner), [{ kind: 'failed-tries', count: 2 }])
  t.equal(await first.notices.markRead(owner), 1)
  t.equal(await first.notices.markRead('u2'), 0)
  await fail()
  t.equal(first.notices.list(owner).length, 2)
  await first.close()
  const { notices } = await open(t, folder)
  t.equal(notices.unread(owner), 1)
})

t.test('lists go on from a notice, and hold no other person’s', async (t) => {
  const { notices, addDevice } = await open(t, await tempFolder(t))
  for (const name of ['a', 'b', 'c']) await addDevice(name)
  await notices.tell({ owner: 'u2', kind: 'access-asked', text: 'for a day' })
  const [newest] = notices.list(owner, { limit: 1 })
  t.same(
    notices.list(owner, { before: newest?.id ?? '' }).map(({ deviceName }) => deviceName),
    ['b', 'a'],
  )
  t.equal(notices.find('u2', newest?.id ?? ''), undefined)
  await t.rejects(notices.disown('u2', newest?.id ?? ''), { code: 'not_found' })
})
