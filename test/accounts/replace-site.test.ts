import t from 'tap'
import { type Accounts, createAccounts, type Site } from '../../relay/accounts/index.ts'
import type { Store } from '../../relay/store/index.ts'
import { openSecret } from '../../relay/vault/open-secret.ts'
import { erp, openRooms } from './open-rooms.ts'

const moved: Omit<Site, 'createdAt'> = { ...erp, origins: ['https://new.example'], loginUrl: 'https://new.example/login' }

async function addAccounts(accounts: Accounts): Promise<string[]> {
  const ids: string[] = []
  for (const name of ['one', 'two', 'three']) {
    ids.push((await accounts.addAccount({ owner: 'ann', siteId: 'erp', name, username: name, secrets: { password: `pw of ${name}` } })).id)
  }
  return ids
}

async function passwords(accounts: Accounts, ids: readonly string[], origin: string): Promise<string[]> {
  return Promise.all(ids.map(async (id) => openSecret((await accounts.credential(id)).secrets.password as object, origin)))
}

t.test('a site gets other settings and keeps its accounts', async (t) => {
  const { accounts, reopen } = await openRooms(t)
  const { createdAt } = await accounts.addSite(erp)
  const ids = await addAccounts(accounts)
  const settings = { fields: { user: 'u2' } }
  const site = await accounts.replaceSite({ ...erp, settings, delivery: 'handoff' })
  t.match(site, { settings, delivery: 'handoff', createdAt })
  t.equal(accounts.site('erp'), site)
  t.same(await passwords(accounts, ids, 'https://login.example'), ['pw of one', 'pw of two', 'pw of three'])
  const again = await reopen()
  t.match(again.accounts.site('erp'), { settings })
  t.same(await passwords(again.accounts, ids, 'https://login.example'), ['pw of one', 'pw of two', 'pw of three'])
})

t.test('a site that moves takes its credentials along, and they go to the old origins no more', async (t) => {
  const { accounts, reopen } = await openRooms(t)
  await accounts.addSite(erp)
  const ids = await addAccounts(accounts)
  await accounts.replaceSite(moved)
  t.equal(accounts.siteByOrigin('https://erp.example'), undefined)
  t.equal(accounts.siteByOrigin('https://new.example')?.id, 'erp')
  const check = async (room: Accounts) => {
    t.same(await passwords(room, ids, 'https://new.example'), ['pw of one', 'pw of two', 'pw of three'])
    await t.rejects(passwords(room, ids, 'https://login.example'), { code: 'secret_refused' })
  }
  await check(accounts)
  await check((await reopen()).accounts)
})

for (const step of [0, 1, 2, 3]) {
  t.test(`a crash after ${step} of three credentials were sealed anew is made up for at the next start`, async (t) => {
    const { accounts, store, vault, reopen } = await openRooms(t)
    await accounts.addSite(erp)
    const ids = await addAccounts(accounts)
    let left = step
    const failing = createAccounts({
      // The last step is the site's own record.
      store: step === 3 ? withoutSites(store) : store,
      vault: {
        seal: (...given) => vault.seal(...given),
        open: (...given) => vault.open(...given),
        sealCredential: (...given) => vault.sealCredential(...given),
        secret: (...given) => vault.secret(...given),
        destroyKey: (...given) => vault.destroyKey(...given),
        async resealCredential(...given) {
          if (left-- <= 0) throw new Error('the power is gone')
          return vault.resealCredential(...given)
        },
      },
    })
    await failing.start()
    await t.rejects(failing.replaceSite(moved), /power/)
    const again = await reopen()
    t.match(again.accounts.site('erp'), { origins: ['https://new.example'] })
    t.same(await passwords(again.accounts, ids, 'https://new.example'), ['pw of one', 'pw of two', 'pw of three'])
  })
}

t.test('law 2: a move that somebody without the master key writes into the store moves nothing', async (t) => {
  const { accounts, reopen } = await openRooms(t)
  const site = await accounts.addSite(erp)
  await addAccounts(accounts)
  const forged = Buffer.from(JSON.stringify({ before: site, after: { ...moved, createdAt: 0 } })).toString('base64')
  const reopened = reopen((store) =>
    store
      .collection({ name: 'site-moves' })
      .put('erp', { sealed: { v: 1, keyId: 'x', nonce: 'AAAAAAAAAAAAAAAA', data: forged, tag: 'AAAAAAAAAAAAAAAAAAAAAA==' } }),
  )
  await t.rejects(reopened, { code: 'vault_record_damaged' })
})

t.test('law 2: endpoints that somebody writes into the record of a site over http get no password', async (t) => {
  const { accounts, reopen } = await openRooms(t)
  const origin = 'http://plain.example'
  const plain = { ...erp, origins: [origin], loginUrl: `${origin}/login` }
  await accounts.addSite(plain)
  const ids = await addAccounts(accounts)
  const site = await accounts.replaceSite({ ...plain, endpoints: [{ address: 'east.example' }] })
  t.same(await passwords(accounts, ids, origin), ['pw of one', 'pw of two', 'pw of three'], 'those of a person take the passwords along')
  const again = await reopen((store) => store.collection({ name: 'sites' }).put('erp', { ...site, endpoints: [{ address: 'evil.example' }] }))
  await t.rejects(passwords(again.accounts, ids, origin), { code: 'vault_record_damaged' })
})

t.test('what a site may not be is refused, and the site stays as it was', async (t) => {
  const { accounts } = await openRooms(t)
  const site = await accounts.addSite(erp)
  await accounts.addSite({ ...moved, id: 'other' })
  await t.rejects(accounts.replaceSite(moved), { code: 'already_exists' })
  await t.rejects(accounts.replaceSite({ ...erp, origins: ['https://co.uk'], loginUrl: 'https://co.uk/' }), { code: 'bad_request' })
  await t.rejects(accounts.replaceSite({ ...erp, id: 'nobody' }), { code: 'site_unknown' })
  t.equal(accounts.site('erp'), site)
})

/** A disk that takes everything but the records of sites. */
function withoutSites(store: Store): Store {
  return {
    start: () => store.start(),
    stop: () => store.stop(),
    collection: (shape) => {
      const collection = store.collection(shape) as ReturnType<typeof store.collection<never>>
      if (shape.name !== 'sites') return collection as never
      return { ...collection, list: () => collection.list(), put: async () => Promise.reject(new Error('the power is gone')) } as never
    },
  }
}
