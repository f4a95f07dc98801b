import t, { type Test } from 'tap'
import type { Account } from '../../relay/accounts/index.ts'
import type { Secret } from '../../relay/vault/index.ts'
import { openSecret } from '../../relay/vault/open-secret.ts'
import { erp, type OpenRooms, openRooms, type Rooms } from './open-rooms.ts'

const origin = 'https://login.example'

async function withAccount(t: Test): Promise<{ rooms: OpenRooms; account: Account }> {
  const rooms = await openRooms(t)
  await rooms.accounts.addSite(erp)
  const account = await rooms.accounts.addAccount({ owner: 'u1', siteId: 'erp', username: 'ann', secrets: { password: 'first', totp: 'JBSWY3DPEHPK3PXP' } })
  return { rooms, account }
}

async function passwordOf({ accounts }: Pick<Rooms, 'accounts'>, id: string, of: 'present' | 'pending' = 'present'): Promise<string> {
  const { secrets } = await (of === 'present' ? accounts.credential(id) : accounts.pendingCredential(id))
  return openSecret(secrets.password as Secret, origin)
}

t.test('a proposed password is stored nowhere until it is written ahead or adopted', async (t) => {
  const { rooms, account } = await withAccount(t)
  const proposal = await rooms.accounts.propose(account.id, { password: 'never stored' })
  t.equal(openSecret(proposal.credential.secrets.password as Secret, origin), 'never stored')
  t.equal(openSecret(proposal.credential.secrets.totp as Secret, origin), 'JBSWY3DPEHPK3PXP', 'the other secrets stay')
  t.equal(rooms.accounts.versions(account.id).length, 1)
  const { accounts } = await rooms.reopen()
  t.same(
    accounts.versions(account.id).map(({ state }) => state),
    ['present'],
  )
  await t.rejects(accounts.pendingCredential(account.id), { code: 'not_found' })
})

t.test('one that was written ahead and never left is forgotten at the next start', async (t) => {
  const { rooms, account } = await withAccount(t)
  await rooms.accounts.writeAhead(await rooms.accounts.propose(account.id, {}))
  t.match(rooms.accounts.account(account.id), { pending: { asked: false } })
  const { accounts } = await rooms.reopen()
  t.equal(accounts.account(account.id)?.pending, undefined)
  t.equal(await passwordOf({ accounts }, account.id), 'first')
  t.equal(accounts.versions(account.id).length, 1)
})

t.test('one that may have left survives a restart beside the present one, and either can be made the one that counts', async (t) => {
  const { rooms, account } = await withAccount(t)
  const proposal = await rooms.accounts.propose(account.id, { password: 'second' })
  await rooms.accounts.writeAhead(proposal)
  await rooms.accounts.notePending(account.id, proposal.version, { asked: true })
  const { accounts } = await rooms.reopen()
  t.equal(await passwordOf({ accounts }, account.id, 'pending'), 'second')
  t.equal(await passwordOf({ accounts }, account.id), 'first')

  await accounts.adopt(account.id, proposal.version, 'rotated')
  t.equal(await passwordOf({ accounts }, account.id), 'second')
  t.match(accounts.account(account.id), { pending: undefined, credentialVersion: proposal.version })
  t.match(accounts.versions(account.id), [
    { state: 'present', cause: 'rotated', version: 2 },
    { state: 'previous', cause: 'added', version: 1 },
  ])

  const again = await accounts.propose(account.id, { password: 'third' })
  await accounts.writeAhead(again)
  await accounts.notePending(account.id, again.version, { asked: true })
  await accounts.dropPending(account.id, again.version)
  t.equal(await passwordOf({ accounts }, account.id), 'second')
  t.match(accounts.versions(account.id)[1], { state: 'unproved', version: 3 }, 'what has left is not thrown away')
  await accounts.revert(account.id, 3)
  t.equal(await passwordOf({ accounts }, account.id), 'third')
})

t.test('a number is never given twice, even where nothing was stored under it', async (t) => {
  const { rooms, account } = await withAccount(t)
  const [one, two] = [await rooms.accounts.propose(account.id, {}), await rooms.accounts.propose(account.id, {})]
  t.not(one.version, two.version)
  const replaced = await rooms.accounts.addAccount({ owner: 'u1', siteId: 'erp', username: 'ann', secrets: { password: 'typed' }, replace: true })
  t.ok(replaced.credentialVersion > two.version)
  await t.rejects(rooms.accounts.adopt(account.id, one, 'changed'), { code: 'store_conflict' }, 'proposed for a credential that is gone')
  await t.rejects(rooms.accounts.writeAhead(two), { code: 'store_conflict' })
  t.equal(await passwordOf(rooms, account.id), 'typed')
})

t.test('the latest versions are kept, with the user names they had; going back to one is a version of its own', async (t) => {
  const { rooms, account } = await withAccount(t)
  const { accounts } = rooms
  for (const number of [2, 3, 4, 5, 6, 7, 8]) {
    await accounts.addAccount({ owner: 'u1', siteId: 'erp', username: `ann${number}`, secrets: { password: `number ${number}` }, replace: true })
  }
  t.same(
    accounts.versions(account.id).map(({ username }) => username),
    ['ann8', 'ann7', 'ann6', 'ann5', 'ann4', 'ann3'],
  )
  await accounts.setAttention(account.id, { reason: 'wrong-password', seen: 'refused', since: 1 })
  const back = await accounts.revert(account.id)
  t.match(back, { username: 'ann7', credentialVersion: 9, attention: undefined })
  t.equal(await passwordOf(rooms, account.id), 'number 7')
  await accounts.revert(account.id, 5)
  t.equal(await passwordOf(rooms, account.id), 'number 5')
  await t.rejects(accounts.revert(account.id, 2), { code: 'not_found' })
  const reopened = await rooms.reopen()
  t.equal(await passwordOf(reopened, account.id), 'number 5')
  await reopened.accounts.revert(account.id)
  t.equal(await passwordOf(reopened, account.id), 'number 7', 'the one before')
})

t.test('whoever can write the store cannot put a previous password in the place of the present one (law 5)', async (t) => {
  const { rooms, account } = await withAccount(t)
  await rooms.accounts.addAccount({ owner: 'u1', siteId: 'erp', username: 'ann', secrets: { password: 'second' }, replace: true })
  const { accounts } = await rooms.reopen(async (store) => {
    // biome-ignore lint/suspicious/noExplicitAny: the record as an attacker would see it
    const records = store.collection<any>({ name: 'accounts' })
    const { value } = (await records.get(account.id)) ?? {}
    const [old] = value.previous
    await records.put(account.id, { ...value, account: { ...value.account, credentialVersion: old.version }, credential: old.credential })
  })
  await t.rejects(accounts.credential(account.id), { code: 'vault_record_damaged' })
})

t.test('where the site moves, the versions move along', async (t) => {
  const { rooms, account } = await withAccount(t)
  const { accounts } = rooms
  await accounts.addAccount({ owner: 'u1', siteId: 'erp', username: 'ann', secrets: { password: 'second' }, replace: true })
  const proposal = await accounts.propose(account.id, { password: 'pending' })
  await accounts.writeAhead(proposal)
  await accounts.notePending(account.id, proposal.version, { asked: true })
  await accounts.replaceSite({ ...erp, origins: [...erp.origins, 'https://new.example'] })
  const { secrets } = await accounts.pendingCredential(account.id)
  t.equal(openSecret(secrets.password as Secret, 'https://new.example'), 'pending')
  await accounts.revert(account.id, 1)
  t.equal(await passwordOf(rooms, account.id), 'first')
})
