import { randomUUID } from 'node:crypto'
import type { Config } from '../../config/index.ts'
import { credentialRef } from '../../relay/accounts/credentials/credential-scope.ts'
import { type Account, createAccounts, type Site } from '../../relay/accounts/index.ts'
import { createFileStore } from '../../relay/store/index.ts'
import { createVault } from '../../relay/vault/index.ts'

/** Sites, with so many accounts each. */
export interface Many {
  readonly sites: number
  readonly accountsEach: number
}

/**
 * Enrols many sites and accounts in the data directory of a relay that does not run, as records like those that the accounts room writes,
 * in a few writes of the store. One by one it would take hours: each waits until the one before is durable, and each writes the whole file.
 */
export async function enrolMany(folder: string, masterKey: Config['masterKey'], owner: string, { sites, accountsEach }: Many): Promise<void> {
  const store = createFileStore({ folder })
  const vault = createVault({ store, masterKey, folder, env: {} })
  const accounts = createAccounts({ store, vault })
  await store.start()
  try {
    await vault.start()
    await accounts.start()
    const facts = { origins: ['https://pattern.example'], loginUrl: 'https://pattern.example/login', networks: ['loopback'] as const }
    await accounts.addSite({ ...facts, id: 'pattern', adapter: 'form', settings: {}, delivery: 'attach' })
    await accounts.addAccount({ owner, siteId: 'pattern', username: 'ann', secrets: { password: 'secret' } })
    const siteRecords = store.collection<Site>({ name: 'sites' })
    const accountRecords = store.collection<{ readonly account: Account; readonly credential: unknown }>({ name: 'accounts' })
    const site = (await siteRecords.get('pattern'))?.value as Site
    const [record] = (await accountRecords.list()).map(({ value }) => value).filter(({ account }) => account.siteId === site.id)
    if (record === undefined) throw new Error('the account was not stored')

    const writes: Promise<unknown>[] = []
    for (let at = 0; at < sites; at++) {
      const origin = `https://other-${at}.example`
      const other = { ...site, id: `other-${at}`, origins: [origin], loginUrl: `${origin}/login` }
      writes.push(siteRecords.put(other.id, other))
      for (let one = 0; one < accountsEach; one++) {
        const account = { ...record.account, id: randomUUID(), siteId: other.id, name: `${other.id}-${one}`, username: `ann-${one}` }
        const sealed = vault.sealCredential(credentialRef(account, other), { password: 'secret' })
        writes.push(sealed.then((credential) => accountRecords.put(account.id, { ...record, account, credential })))
      }
    }
    await Promise.all(writes)
  } finally {
    await accounts.stop()
    await vault.stop()
    await store.stop()
  }
}
