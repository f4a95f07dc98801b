import t from 'tap'
import type { Attention } from '../../relay/accounts/index.ts'
import { checkAccountName, checkUsername } from '../../relay/accounts/rules/account-rules.ts'
import { isRelayError } from '../../relay/errors.ts'
import { openSecret } from '../../relay/vault/open-secret.ts'
import { readVectors, vectorsMissing } from '../attacks/vectors.ts'
import { erp, openRooms } from './open-rooms.ts'

const wiki = { ...erp, id: 'wiki', origins: ['https://wiki.example'], loginUrl: 'https://wiki.example/' }
const mine = { owner: 'ann', siteId: 'erp', username: 'ann@erp', secrets: { password: 'pw-1', totp: 'JBSWY3DPEHPK3PXP' } }
const wrongPassword: Attention = { reason: 'wrong-password', seen: 'it said: no', since: 1 }

function accepts(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (isRelayError(error, 'bad_request')) return false
    throw error
  }
}

t.test("an account is found by id, and by its name within its owner's, after a restart too", async (t) => {
  const { accounts, reopen } = await openRooms(t)
  await accounts.addSite(erp)
  const account = await accounts.addAccount(mine)
  t.match(account, { name: 'erp', siteId: 'erp', owner: 'ann', username: 'ann@erp', credentialVersion: 1 })
  t.notOk(JSON.stringify(account).includes('pw-1'))
  for (const room of [accounts, (await reopen()).accounts]) {
    t.strictSame(room.account(account.id), account)
    t.strictSame(room.account(account.id, 'ann'), account)
    t.strictSame(room.account('erp', 'ann'), account)
    t.equal(room.account('erp'), undefined, 'a name alone is nobody in particular')
    t.equal(room.account('erp', 'bob'), undefined)
    t.equal(room.account(account.id, 'bob'), undefined)
  }
})

t.test("an account named as another's id does not stand in its way", async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(erp)
  const account = await accounts.addAccount(mine)
  const evil = await accounts.addAccount({ ...mine, owner: 'eve', name: account.id })
  t.strictSame(accounts.account(account.id), account)
  t.strictSame(accounts.account(account.id, 'eve'), evil)
})

t.test('accounts are listed in order of name, by owner and by site', async (t) => {
  const { accounts, reopen } = await openRooms(t)
  await accounts.addSite(erp)
  await accounts.addSite(wiki)
  for (const [owner, siteId, name] of [
    ['bob', 'erp', 'm'],
    ['ann', 'wiki', 'z'],
    ['ann', 'erp', 'b'],
    ['ann', 'erp', 'a'],
  ] as const)
    await accounts.addAccount({ ...mine, owner, siteId, name })
  const names = (filter?: { owner?: string; siteId?: string }, room = accounts) => room.listAccounts(filter).map(({ name }) => name)
  t.strictSame(names(), ['a', 'b', 'm', 'z'])
  t.strictSame(names({ owner: 'ann' }), ['a', 'b', 'z'])
  t.strictSame(names({ siteId: 'erp' }), ['a', 'b', 'm'])
  t.strictSame(names({ owner: 'ann', siteId: 'wiki' }), ['z'])
  t.strictSame(names({ owner: 'nobody' }), [])
  const atErp = { owner: 'ann', siteId: 'erp' }
  t.strictSame(names(atErp), ['a', 'b'])
  accounts.listAccounts(atErp).pop()
  await accounts.addAccount({ ...mine, name: 'aa' })
  t.strictSame(names(atErp), ['a', 'aa', 'b'], 'whoever has a list has one of his own')
  await accounts.removeAccount(accounts.account('a', 'ann')?.id ?? '')
  t.strictSame(names(atErp), ['aa', 'b'])
  const again = (await reopen()).accounts
  t.strictSame(
    [names(undefined, again), names({ owner: 'ann' }, again), names(atErp, again)],
    [
      ['aa', 'b', 'm', 'z'],
      ['aa', 'b', 'z'],
      ['aa', 'b'],
    ],
  )
})

t.test('an account is added once unless it is replaced, and never moves to another site', async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(erp)
  await accounts.addSite(wiki)
  const both = await Promise.allSettled([accounts.addAccount(mine), accounts.addAccount(mine)])
  t.match(both, [{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'already_exists' } }])
  await t.rejects(accounts.addAccount({ ...mine, siteId: 'wiki', name: 'erp', replace: true }), { code: 'already_exists', next: /--replace/ })
  await t.rejects(accounts.addAccount({ ...mine, siteId: 'nowhere' }), { code: 'site_unknown' })
  t.match(await accounts.addAccount({ ...mine, name: 'second', replace: true }), { name: 'second', credentialVersion: 1 }, 'what is not there yet is added')
})

t.test('replacing gives new secrets, a new version, and clears attention (law 3)', async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(erp)
  const { id, createdAt } = await accounts.addAccount(mine)
  await accounts.setAttention(id, wrongPassword)
  const replaced = await accounts.addAccount({ ...mine, username: 'ann2', secrets: { password: 'pw-2' }, replace: true })
  const { credentialSince } = replaced
  t.ok(credentialSince)
  t.strictSame(replaced, { id, name: 'erp', siteId: 'erp', owner: 'ann', username: 'ann2', createdAt, credentialVersion: 2, credentialSince })
  const { username, secrets } = await accounts.credential(id)
  t.equal(username, 'ann2')
  t.strictSame(Object.keys(secrets), ['password'])
  t.equal(openSecret(secrets.password as object, 'https://erp.example'), 'pw-2')
})

t.test('attention stays through a restart; what was seen of an older credential says nothing of the present one (law 3)', async (t) => {
  const { accounts, reopen } = await openRooms(t)
  await accounts.addSite(erp)
  const { id } = await accounts.addAccount(mine)
  t.match(await accounts.setAttention(id, wrongPassword, 1), { attention: wrongPassword })
  const again = (await reopen()).accounts
  t.strictSame(again.account(id)?.attention, wrongPassword)
  t.notOk('attention' in (await again.setAttention(id, undefined)))
  await again.addAccount({ ...mine, replace: true })
  t.notOk('attention' in (await again.setAttention(id, wrongPassword, 1)), 'a late verdict on the old password')
  await again.setAttention(id, wrongPassword, 2)
  t.match(await again.setAttention(id, undefined, 1), { attention: wrongPassword }, 'nor is it cleared by one')
  await t.rejects(again.setAttention('nobody', undefined), { code: 'account_unknown' })
})

t.test('unfit names, user names and secrets are refused, without a word of the secret', async (t) => {
  const { accounts } = await openRooms(t)
  await accounts.addSite(erp)
  const secret = 'canary-5f1d'
  const unfit = [
    { name: '' },
    { name: ' ' },
    { name: 'a\nb' },
    { name: ' a' },
    { name: 'x'.repeat(65) },
    { name: 'a\u202eb' },
    { username: '' },
    { username: 'a\r\nb' },
    { username: 'a\0' },
    { username: 'x'.repeat(513) },
    { username: '\ud800' },
    { secrets: {} },
    { secrets: { password: '' } },
    { secrets: { password: `${secret}${'x'.repeat(4096)}` } },
    { secrets: { password: `${secret}\ud800` } },
    { secrets: { [`${secret} `]: 'x' } },
    { secrets: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`s${n}`, secret])) },
  ]
  for (const [index, given] of unfit.entries()) {
    const error = await accounts.addAccount({ ...mine, ...given }).catch((error) => error)
    t.ok(isRelayError(error, 'bad_request'), `case ${index}`)
    t.notOk(JSON.stringify([error.message, error.detail, error.toProblem()]).includes(secret))
  }
  t.strictSame(accounts.listAccounts(), [])
  await accounts.addAccount({ ...mine, username: '👍'.repeat(512), secrets: { password: '👍'.repeat(4096) } })
})

t.test(
  'naughty strings as user names, account names and secrets come back unchanged, or are refused',
  { skip: vectorsMissing('naughty-strings') },
  async (t) => {
    const strings = readVectors<string[]>('naughty-strings/blns.json').filter((text) => text !== '')
    const usernames = strings.filter((text) => accepts(() => checkUsername(text)))
    const names = [...new Set(strings.filter((text) => accepts(() => checkAccountName(text))))]
    t.ok(usernames.length > 500 && names.length > 350, `${usernames.length} user names and ${names.length} account names of ${strings.length}`)
    const { accounts, reopen } = await openRooms(t)
    await accounts.addSite(erp)
    // Twelve secrets an account, so that few accounts take them all; user names and account names are a sample.
    const given = Array.from({ length: Math.ceil(strings.length / 12) }, (_, n) => ({
      owner: 'ann',
      siteId: 'erp',
      name: names[n * 7] as string,
      username: usernames[n * 11] as string,
      secrets: Object.fromEntries(strings.slice(n * 12, n * 12 + 12).map((text, field) => [`s${field}`, text])),
    }))
    for (const account of given) await accounts.addAccount(account)
    const again = (await reopen()).accounts
    for (const { name, username, secrets } of given) {
      const credential = await again.credential(again.account(name, 'ann')?.id ?? '')
      t.equal(credential.username, username)
      for (const [field, text] of Object.entries(secrets)) t.ok(openSecret(credential.secrets[field] as object, 'https://erp.example') === text)
    }
  },
)

t.test('a removed account is gone at once, its key first, and its credential opens no more', async (t) => {
  const { accounts, store, reopen } = await openRooms(t)
  await accounts.addSite(erp)
  const account = await accounts.addAccount(mine)
  const heard: unknown[] = []
  accounts.onAccountRemoved((gone) => heard.push(gone))
  accounts.onAccountRemoved(() => {
    throw new Error('a listener that fails')
  })
  accounts.onAccountRemoved((gone) => heard.push(gone))
  const order: string[] = []
  for (const name of ['data-keys', 'accounts']) store.collection({ name }).watch(() => order.push(name))
  await t.rejects(accounts.removeAccount(account.id), { code: 'internal' })
  t.strictSame(order, ['data-keys', 'accounts'])
  t.strictSame(heard, [account, account], 'all hear of it, whatever one of them does')
  t.equal(accounts.account(account.id), undefined)
  await t.rejects(accounts.credential(account.id), { code: 'account_unknown' })
  t.equal(await accounts.removeAccount(account.id), false)
  t.strictSame((await reopen()).accounts.listAccounts(), [])
})
