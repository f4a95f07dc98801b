import pino from 'pino'
import t from 'tap'
import type { Account } from '../../../relay/accounts/index.ts'
import { createGrants } from '../../../relay/control/index.ts'
import type { Principal, User } from '../../../relay/identity/index.ts'
import type { Store } from '../../../relay/store/index.ts'
import { openStore } from '../../identity/open-store.ts'

const ann: User = { id: 'ann', name: 'ann', role: 'member', createdAt: 0 }
const bob: User = { id: 'bob', name: 'bob', role: 'member', createdAt: 0 }
const erp = { id: 'erp', name: 'erp', siteId: 'erp', owner: 'ann' } as Account
const asBob: Principal = { kind: 'device', user: bob, device: { id: 'd', userId: 'bob', name: 'laptop', createdAt: 0 } }
const nothing = () => () => undefined

async function started(store: Store) {
  const grants = createGrants({
    store,
    identity: { findUser: async () => ann, isDisabled: () => false, admittedAt: () => undefined, onAdmission: nothing, onDeviceRevoked: nothing },
    accounts: { account: () => erp, onAccountRemoved: nothing },
    places: { of: () => [], onReplaced: nothing },
    now: Date.now,
    log: pino({ level: 'silent' }),
  })
  await grants.start()
  return grants
}

t.test('a grant whose end the disk refused lends nothing, says so, and lends nothing after a restart once it was revoked again (law 7)', async (t) => {
  const { store, reopen, whileFull } = await openStore(t)
  const grants = await started(store)
  const { id } = await grants.add(erp, { kind: 'user', id: 'bob', name: 'bob' }, {})
  t.match(grants.may(asBob, 'use', erp, undefined), { allowed: true })
  await whileFull(() => t.rejects(grants.revoke(id), { code: 'data_unwritable' }))
  t.match(grants.may(asBob, 'use', erp, undefined), { allowed: false, rule: 'grant-revoked' })
  t.match(grants.get(id), { revokedAt: Number, unwritten: true })

  t.equal(await grants.revoke(id), true)
  t.notOk('unwritten' in (grants.get(id) ?? {}))
  t.equal(await grants.revoke(id), false)
  await grants.stop()
  const again = await started(await reopen())
  t.match(again.may(asBob, 'use', erp, undefined), { allowed: false, rule: 'grant-revoked' })
  t.notOk('unwritten' in (again.get(id) ?? {}))
  await again.stop()
})

t.test('a group whose removal the disk refused has nobody in it, and is gone after a restart once it was removed again (law 7)', async (t) => {
  const { store, reopen, whileFull } = await openStore(t)
  const grants = await started(store)
  const { id } = await grants.groups.add('accounting')
  await grants.groups.setMember(id, 'bob', true)
  await grants.add(erp, { kind: 'group', id, name: 'accounting' }, {})
  await whileFull(() => t.rejects(grants.groups.remove(id), { code: 'data_unwritable' }))
  t.match(grants.may(asBob, 'use', erp, undefined), { allowed: false })
  t.match(grants.groups.find('accounting'), { id, members: [] })

  t.equal(await grants.groups.remove(id), true)
  t.equal(await grants.groups.remove(id), false)
  await grants.stop()
  const again = await started(await reopen())
  t.match(again.may(asBob, 'use', erp, undefined), { allowed: false })
  t.strictSame(again.groups.list(), [])
  await again.stop()
})
