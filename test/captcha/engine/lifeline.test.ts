import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { Lifeline } from '../../../captcha/engine/lifeline.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

t.test('what is awaited comes, or rejects by the first reason there is no more to come', async (t) => {
  const life = new Lifeline()
  t.equal(await life.awaiting(Promise.resolve(1)), 1)
  await t.rejects(life.awaiting(Promise.reject(new Error('its own'))), { message: 'its own' })
  const waiting = [life.awaiting(new Promise(() => {})), life.awaiting(new Promise(() => {}))]
  life.end(new Error('out of memory'))
  life.end(new Error('ended'))
  for (const one of [...waiting, life.awaiting(new Promise(() => {}))]) await t.rejects(one, { message: 'out of memory' })
})

t.test('nothing that came is kept while the thread lives on', async (t) => {
  const life = new Lifeline()
  const read = async (): Promise<WeakRef<object>> => new WeakRef(await life.awaiting(Promise.resolve({ steps: [] })))
  const kept = await read()
  await setImmediate()
  collectGarbage()
  t.equal(kept.deref(), undefined)
  t.ok(life)
})
