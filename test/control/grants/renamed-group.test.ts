import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startRelay } from '../../start-relay.ts'
import { startLendingHouse } from './lending-house.ts'

t.test('what was lent to a group goes on when that is renamed, by a policy file too, and names it as it is called now', async (t) => {
  const house = await startLendingHouse(t)
  const { groups } = house.grants
  const { id } = await groups.add('accounting')
  await groups.setMember(id, house.people.bob.user.id, true)
  const folder = join(house.folder, 'grants')
  await mkdir(folder)
  await writeFile(join(folder, 'invoices.yaml'), 'account: ann/erp\nto: group accounting\n')
  const reload = async () => {
    const headers = { authorization: `Bearer ${house.adminToken}`, 'content-type': 'application/json' }
    return (await fetch(`${house.portalUrl}/api/v1/grants/reload`, { method: 'POST', headers, body: '{}' })).json()
  }
  t.match(await reload(), [{ did: 'lent' }])
  const stream = await house.tunnel('bob')

  await groups.add('sales')
  await t.rejects(groups.rename(id, 'Sales'), { code: 'already_exists' })
  await t.rejects(groups.rename(id, ' '), { code: 'bad_request' })
  await t.rejects(groups.rename('none', 'x'), { code: 'not_found' })
  t.match(await groups.rename(id, 'Accounting'), { name: 'Accounting' }, 'its own name, written otherwise, is no other’s')
  t.match(await groups.rename(id, 'bookkeeping'), { id, name: 'bookkeeping', members: [house.people.bob.user.id] })

  t.match(await reload(), [{ did: 'kept' }])
  t.match(await house.proxied('bob', '/orders', { account: 'ann/erp' }), { status: 200 })
  t.equal(stream.destroyed, false)
  t.match(house.grants.list(), [{ to: { kind: 'group', id, name: 'bookkeeping' } }])
  t.equal(groups.find('accounting'), undefined)
  const acts: unknown[] = []
  for await (const { act, outcome, details } of house.audit.newest()) if (act === 'group.rename' && outcome === 'done') acts.push(details)
  t.match(acts, [
    { group: id, name: 'bookkeeping', before: 'Accounting' },
    { group: id, name: 'Accounting', before: 'accounting' },
  ])

  stream.destroy()
  await house.stop()
  const again = await startRelay(t, { folder: house.folder })
  t.match(again.grants.list(), [{ to: { name: 'bookkeeping' } }], 'after a restart too')
})
