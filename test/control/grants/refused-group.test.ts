import t, { type Test } from 'tap'
import { Groups } from '../../../relay/control/grants/groups.ts'
import type { Store } from '../../../relay/store/index.ts'
import { startStore } from '../../store/start-store.ts'
import { tempFolder } from '../../temp-folder.ts'

const message = 'no space left on device'

/** A group of ann and bob, on a disk that takes no change of it from `fill` on; what waits is refused one after the other. */
async function openGroup(t: Test) {
  const store = await startStore(t, await tempFolder(t))
  let isFull = false
  const filling: Store = {
    ...store,
    collection(shape) {
      const records = store.collection(shape)
      const refuse = async (): Promise<never> => {
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error(message)
      }
      return { ...records, put: (...given) => (isFull ? refuse() : records.put(...given)) }
    },
  }
  const groups = new Groups(filling, () => {})
  const { id } = await groups.add('accounting')
  for (const user of ['ann', 'bob']) await groups.setMember(id, user, true)
  const fill = (isNow: boolean) => {
    isFull = isNow
  }
  const after = async () => {
    const again = new Groups(store, () => {})
    await again.load()
    return again.find(id)
  }
  return { groups, id, fill, after }
}

t.test('who is taken out stays out where the disk refuses that, and a new name or another member, at the same moment', async (t) => {
  const { groups, id, fill } = await openGroup(t)
  fill(true)
  const changes = [
    () => groups.rename(id, 'sales'),
    () => groups.setMember(id, 'bob', false),
    () => groups.setMember(id, 'eve', true),
    () => groups.rename(id, 'x'),
  ]
  for (const { status, ...rest } of await Promise.allSettled(changes.map((change) => change())))
    t.match({ status, ...rest }, { status: 'rejected', reason: { message } })
  t.match(groups.find(id), { name: 'accounting', members: ['ann'] }, 'nothing else is left of what was refused')
  t.same([...groups.of('ann')], [id])
  for (const out of ['bob', 'eve']) t.same([...groups.of(out)], [], out)
  fill(false)
  t.match(await groups.rename(id, 'sales'), { name: 'sales', members: ['ann'] })
})

t.test('a group that is removed while the disk refuses its new name does not come back', async (t) => {
  const { groups, id, fill, after } = await openGroup(t)
  fill(true)
  const renamed = t.rejects(groups.rename(id, 'sales'), { message })
  t.equal(await groups.remove(id), true)
  await renamed
  t.equal(groups.find(id), undefined)
  t.same([...groups.of('bob')], [])
  t.equal(await after(), undefined)
})

t.test('a change that the disk takes is kept where one before it was refused', async (t) => {
  const { groups, id, fill, after } = await openGroup(t)
  fill(true)
  const renamed = t.rejects(groups.rename(id, 'sales'), { message })
  fill(false)
  await groups.setMember(id, 'bob', false)
  await renamed
  t.match(groups.find(id), { members: ['ann'] })
  t.same(groups.find(id), await after(), 'as it is after a restart')
})
