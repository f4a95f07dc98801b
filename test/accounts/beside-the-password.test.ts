import t from 'tap'
import { erp, openRooms } from './open-rooms.ts'

const account = { owner: 'ann', siteId: 'erp', username: 'ann@erp', secrets: { password: 'first', totp: 'JBSWY3DPEHPK3PXP' } }

t.test('another password under the same user name leaves the authenticator key; under another user name it is gone', async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(erp)
  const { id } = await accounts.addAccount(account)
  const fields = async () => Object.keys((await accounts.credential(id)).secrets).sort()
  await accounts.addAccount({ ...account, secrets: { password: 'second' }, replace: true })
  t.same(await fields(), ['password', 'totp'])
  await accounts.addAccount({ ...account, username: 'bob@erp', secrets: { password: 'third' }, replace: true })
  t.same(await fields(), ['password'])
})

t.test('what makes no codes is refused when it is given', async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(erp)
  await t.rejects(accounts.addAccount({ ...account, secrets: { password: 'first', totp: 'canary!' } }), { code: 'totp_unfit' })
  t.same(accounts.listAccounts(), [])
})
