import { inspect } from 'node:util'
import t from 'tap'
import type { AccountRecord } from '../../relay/accounts/account-records.ts'
import type { Site } from '../../relay/accounts/index.ts'
import type { Store } from '../../relay/store/index.ts'
import { openSecret } from '../../relay/vault/open-secret.ts'
import { erp, openRooms } from './open-rooms.ts'

const canary = 'canary-8c2e77'
const mine = { owner: 'ann', siteId: 'erp', username: 'ann', secrets: { password: canary } }

t.test('a credential is handles: whatever is done with them, the value does not show (law 1)', async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(erp)
  const { id } = await accounts.addAccount(mine)
  const credential = await accounts.credential(id)
  for (const shown of [JSON.stringify(credential), inspect(credential, { depth: 9, showHidden: true }), `${credential.secrets.password}`]) {
    t.notOk(shown.includes(canary))
  }
  await t.rejects(accounts.credential('nobody'), { code: 'account_unknown' })
})

t.test("a secret opens for the site's own origins and no other (law 2)", async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(erp)
  const { id } = await accounts.addAccount(mine)
  const { password } = (await accounts.credential(id)).secrets
  for (const origin of ['https://erp.example', 'https://login.example']) t.equal(openSecret(password as object, origin), canary)
  for (const origin of ['https://evil.example', 'https://erp.example:8443', 'https://sub.erp.example', 'http://login.example', 'null', '']) {
    t.throws(() => openSecret(password as object, origin), { code: 'secret_refused' }, origin)
  }
})

t.test('a site that signs in over https gets no secret at its own http origin (law 2)', async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(erp)
  const { id } = await accounts.addAccount(mine)
  const { password } = (await accounts.credential(id)).secrets
  t.throws(() => openSecret(password as object, 'http://erp.example'), { code: 'secret_refused' })
})

t.test('a site that signs in over http gets its secrets there', async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite({ ...erp, loginUrl: 'http://erp.example/login' })
  const { id } = await accounts.addAccount(mine)
  const { password } = (await accounts.credential(id)).secrets
  t.equal(openSecret(password as object, 'http://erp.example'), canary)
})

/** Changes one record of the store file, as somebody without the master key could. */
function change<T>(collection: string, edit: (value: T) => T): (store: Store) => Promise<void> {
  return async (store) => {
    const records = store.collection<T>({ name: collection })
    for (const { id, value } of await records.list()) await records.put(id, edit(value))
  }
}

const tampered: Record<string, (store: Store) => Promise<void>> = {
  'the origins of its site': change<Site>('sites', (site) => ({ ...site, origins: [...site.origins, 'https://evil.example'] })),
  'the login address of its site, to one over http': change<Site>('sites', (site) => ({ ...site, loginUrl: 'http://erp.example/login' })),
  'the CA of its site': change<Site>('sites', (site) => ({ ...site, ca: "an attacker's" })),
  'its site': async (store) => {
    await store.collection<Site>({ name: 'sites' }).put('evil', { ...erp, id: 'evil', createdAt: 0 })
    await change<AccountRecord>('accounts', (record) => ({ ...record, account: { ...record.account, siteId: 'evil' } }))(store)
  },
  'its owner': change<AccountRecord>('accounts', (record) => ({ ...record, account: { ...record.account, owner: 'eve' } })),
  'its user name': change<AccountRecord>('accounts', (record) => ({ ...record, account: { ...record.account, username: 'eve' } })),
  'its version': change<AccountRecord>('accounts', (record) => ({ ...record, account: { ...record.account, credentialVersion: 7 } })),
}

for (const [what, edit] of Object.entries(tampered)) {
  t.test(`a credential does not open when somebody changed on disk ${what} (laws 2 and 5)`, async (t) => {
    const { accounts, reopen } = await openRooms(t)
    await accounts.addSite(erp)
    const { id } = await accounts.addAccount(mine)
    await t.resolves(accounts.credential(id))
    const again = (await reopen(edit)).accounts
    await t.rejects(again.credential(id), { code: 'vault_record_damaged' })
  })
}

t.test('a restart changes nothing', async (t) => {
  const { accounts, reopen } = await openRooms(t)
  await accounts.addSite(erp)
  const { id } = await accounts.addAccount(mine)
  const { password } = (await (await reopen()).accounts.credential(id)).secrets
  t.equal(openSecret(password as object, 'https://erp.example'), canary)
})
