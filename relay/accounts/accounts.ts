import { randomUUID } from 'node:crypto'
import { RelayError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { Vault } from '../vault/index.ts'
import { type AccountRecord, AccountRecords } from './account-records.ts'
import { checkAccountName, checkSecrets, checkUsername } from './account-rules.ts'
import type { Account, Accounts, Attention, Credential, Site } from './contract.ts'
import { credentialRef, secretOrigins } from './credential-scope.ts'
import { InOrder } from './in-order.ts'
import { Listeners } from './listeners.ts'
import { SiteMoves } from './site-moves.ts'
import { Sites } from './sites.ts'

export interface AccountsOptions {
  readonly store: Store
  readonly vault: Pick<Vault, 'seal' | 'open' | 'sealCredential' | 'resealCredential' | 'secret' | 'destroyKey'>
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number
}

export function createAccounts(options: AccountsOptions): Accounts {
  return new RelayAccounts(options)
}

class RelayAccounts implements Accounts {
  readonly #vault: AccountsOptions['vault']
  readonly #now: () => number
  readonly #sites: Sites
  readonly #accounts: AccountRecords
  readonly #changes = new InOrder()
  readonly #removed = new Listeners<Account>()
  readonly #moves: SiteMoves

  constructor({ store, vault, now = Date.now }: AccountsOptions) {
    this.#vault = vault
    this.#now = now
    this.#sites = new Sites(store, now)
    this.#accounts = new AccountRecords(store)
    this.#moves = new SiteMoves({ store, vault, sites: this.#sites, accounts: this.#accounts })
  }

  async start(): Promise<void> {
    await this.#sites.load()
    await this.#accounts.load()
    await this.#moves.finish()
  }

  stop(): Promise<void> {
    return this.#changes.settle()
  }

  addSite(site: Omit<Site, 'createdAt'>): Promise<Site> {
    return this.#changes.run(() => this.#sites.add(site))
  }

  async listSites(): Promise<Site[]> {
    return this.#sites.list()
  }

  site(id: string): Site | undefined {
    return this.#sites.byId(id)
  }

  siteByOrigin(origin: string): Site | undefined {
    return this.#sites.byOrigin(origin)
  }

  removeSite(id: string): Promise<boolean> {
    return this.#changes.run(async () => {
      const site = this.#sites.byId(id)
      if (site === undefined) return false
      for (const account of this.#accounts.list({ siteId: id })) await this.#remove(account.id)
      await this.#sites.remove(site)
      return true
    })
  }

  replaceSite(site: Omit<Site, 'createdAt'>): Promise<Site> {
    return this.#changes.run(async () => {
      this.#knownSite(site.id)
      return this.#moves.move(site)
    })
  }

  onSitesChanged(listener: () => void): () => void {
    return this.#sites.onChanged(listener)
  }

  addAccount(given: Parameters<Accounts['addAccount']>[0]): Promise<Account> {
    return this.#changes.run(async () => {
      const site = this.#knownSite(given.siteId)
      const name = given.name ?? site.id
      checkAccountName(name)
      checkUsername(given.username)
      checkSecrets(given.secrets)
      const present = this.#accounts.list({ owner: given.owner }).find((account) => account.name === name)
      if (present !== undefined && (given.replace !== true || present.siteId !== site.id)) {
        throw new RelayError('already_exists', { params: { what: `an account ${name}` } })
      }
      const account: Account = {
        id: present?.id ?? randomUUID(),
        name,
        siteId: site.id,
        owner: given.owner,
        username: given.username,
        createdAt: present?.createdAt ?? this.#now(),
        credentialVersion: (present?.credentialVersion ?? 0) + 1,
      }
      const credential = await this.#vault.sealCredential(credentialRef(account, site), given.secrets)
      return this.#accounts.put({ account, credential, fields: Object.keys(given.secrets) })
    })
  }

  listAccounts(filter: { owner?: string; siteId?: string } = {}): Account[] {
    return this.#accounts.list(filter)
  }

  account(idOrName: string, owner?: string): Account | undefined {
    return this.#accounts.find(idOrName, owner)
  }

  removeAccount(id: string): Promise<boolean> {
    return this.#changes.run(() => this.#remove(id))
  }

  async credential(id: string): Promise<Credential> {
    // While a site moves, its credentials are sealed for the one place or the other.
    await this.#moves.settled(this.#known(id).account.siteId)
    const { account, credential, fields } = this.#known(id)
    const site = this.#knownSite(account.siteId)
    const ref = credentialRef(account, site)
    const origins = secretOrigins(site)
    const secrets = await Promise.all(
      fields.map(async (field) => [field, await this.#vault.secret(ref, credential, { account: account.id, field, origins })] as const),
    )
    return { username: account.username, secrets: Object.fromEntries(secrets) }
  }

  setAttention(id: string, attention: Attention | undefined, credentialVersion?: number): Promise<Account> {
    return this.#changes.run(async () => {
      const record = this.#known(id)
      const { attention: _, ...rest } = record.account
      if (credentialVersion !== undefined && credentialVersion !== rest.credentialVersion) return record.account
      const account: Account = attention === undefined ? rest : { ...rest, attention: Object.freeze({ ...attention }) }
      return this.#accounts.put({ ...record, account })
    })
  }

  onAccountRemoved(listener: (account: Account) => void): () => void {
    return this.#removed.add(listener)
  }

  /** The key first: from then on the credential cannot be opened, whatever of it is left in files and backups. */
  async #remove(id: string): Promise<boolean> {
    const record = this.#accounts.get(id)
    if (record === undefined) return false
    this.#accounts.forget(record.account)
    try {
      await this.#vault.destroyKey(id)
      await this.#accounts.delete(id)
    } catch (error) {
      this.#accounts.restore(record)
      throw error
    }
    this.#removed.tell(record.account)
    return true
  }

  #known(id: string): AccountRecord {
    const record = this.#accounts.get(id)
    if (record === undefined) throw new RelayError('account_unknown', { params: { account: id } })
    return record
  }

  #knownSite(id: string): Site {
    const site = this.#sites.byId(id)
    if (site === undefined) throw new RelayError('site_unknown', { params: { site: id } })
    return site
  }
}
