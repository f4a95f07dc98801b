import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startRelay } from '../../start-relay.ts'
import { startLendingHouse } from './lending-house.ts'

t.test('owner and borrower are told when a file lends an account and takes it back, at a start too, and each of it once', async (t) => {
  const house = await startLendingHouse(t, { who: ['ann', 'bob', 'root'] })
  const folder = join(house.folder, 'grants')
  const file = join(folder, 'invoices.yaml')
  const { ann, bob } = house.people
  const told = ({ notices }: { readonly notices: typeof house.notices }) => {
    const texts = (owner: string) =>
      notices
        .list(owner)
        .filter(({ kind }) => kind === 'grant-changed')
        .map(({ text }) => text)
        .reverse()
    return [texts(ann.user.id), texts(bob.user.id)]
  }
  const lent = 'it is lent to user bob, by a policy in a file of who runs the relay'
  const taken = 'it is taken back from user bob, by a policy in a file of who runs the relay'
  // By an administrator at the portal: neither is it done in the name of the owner.
  const reload = () => house.api('root', 'POST', '/grants/reload')
  await mkdir(folder)
  await writeFile(file, 'account: ann/erp\nto: user bob\n')
  t.equal((await reload()).status, 200)
  await reload()
  t.strictSame(told(house), [[lent], ['ann lends you an account']])

  await writeFile(file, 'account: [')
  await reload()
  t.strictSame(told(house), [
    [lent, taken],
    ['ann lends you an account', 'ann takes back from you an account'],
  ])

  await writeFile(file, 'account: ann/erp\nto: user bob\nreadOnly: true\n')
  await house.stop()
  const again = await startRelay(t, { folder: house.folder })
  t.strictSame(told(again)[0], [lent, taken, lent])
  const [grant] = again.grants.list()
  await again.grants.revoke(grant?.id ?? '')
  await rm(file)
  await again.stop()
  const last = await startRelay(t, { folder: house.folder })
  t.strictSame(told(last)[0], [lent, taken, lent], 'what was taken back before is not taken back again')
  await last.stop()
})
