import t from 'tap'
import { hashToken } from '../../relay/identity/token.ts'
import { TokenRecords } from '../../relay/identity/token-records.ts'
import { minute, setClock } from './clock.ts'
import { openStore } from './open-store.ts'

t.test('a record that was removed elsewhere does not come back by its use being written', async (t) => {
  const { store } = await openStore(t)
  const clock = setClock()
  const here = new TokenRecords(store, 'devices')
  const elsewhere = new TokenRecords(store, 'devices')
  await here.add('d', { tokenHash: hashToken('token') })
  await elsewhere.load()
  await elsewhere.remove('d')
  const kept = here.byToken('token')
  if (kept === undefined) return t.fail('it is still in memory here')
  clock.pass(minute)
  here.touch(kept, clock.now())
  await here.settle()
  t.strictSame(await store.collection({ name: 'devices' }).list(), [])
})
