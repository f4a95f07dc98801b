import t, { type Test } from 'tap'
import { Browsers } from '../../../../relay/control/notices/push/browsers.ts'
import type { Store } from '../../../../relay/store/index.ts'
import { tempFolder } from '../../../temp-folder.ts'
import { openNotices } from '../open-notices.ts'
import { startPushService } from './push-service.ts'

const owner = 'u1'
const message = 'no space left on device'

/** A person's one browser, on a disk that takes nothing of it from `fill` on. */
async function openBrowser(t: Test) {
  const service = await startPushService(t)
  const { store, vault } = await openNotices(t, await tempFolder(t), { listens: false })
  let isFull = false
  const filling: Store = {
    ...store,
    collection(shape) {
      const records = store.collection(shape)
      return { ...records, put: (...given) => (isFull ? Promise.reject(new Error(message)) : records.put(...given)) }
    },
  }
  const browsers = new Browsers(filling, vault)
  const fill = () => {
    isFull = true
  }
  const restarted = async () => {
    const again = new Browsers(store, vault)
    await again.load()
    return again.of(owner)
  }
  const id = await browsers.put(owner, service.subscribe('first'), 1)
  return { browsers, service, id, fill, restarted }
}

t.test('of those that come at a time in place of one browser, one does', async (t) => {
  const { browsers, service, id, restarted } = await openBrowser(t)
  const put = await Promise.allSettled(Array.from({ length: 5 }, () => browsers.put(owner, service.subscribe(), 2, id)))
  t.equal(put.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const one of put) if (one.status === 'rejected') t.match(one.reason, { code: 'not_found' })
  t.equal(browsers.of(owner).length, 1)
  t.same(await restarted(), browsers.of(owner))
})

t.test('a browser stays where the disk refuses the one in its place', async (t) => {
  const { browsers, service, id, fill, restarted } = await openBrowser(t)
  fill()
  await t.rejects(browsers.put(owner, service.subscribe(), 2, id), { message })
  t.match(browsers.of(owner), [{ id, name: 'first' }])
  t.same(await restarted(), browsers.of(owner))
})

t.test('a browser whose address stays as it was is kept', async (t) => {
  const { browsers, service, restarted } = await openBrowser(t)
  const same = service.subscribe('same')
  const id = await browsers.put(owner, same, 2)
  t.equal(await browsers.put(owner, same, 3, id), id)
  t.same(await restarted(), browsers.of(owner))
  t.equal(browsers.of(owner).length, 2)
})
