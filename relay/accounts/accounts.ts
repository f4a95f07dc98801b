import { randomUUID } from 'node:crypto'
import { RelayError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { Vault } from '../vault/index.ts'
import { type AccountRecord, AccountRecords } from './account-records.ts'
import type {
  Account,
  AccountProposal,
  Accounts,
  Attention,
  CopyRule,
  Credential,
  CredentialVersion,
  DenyPaths,
  KeepAlivePolicy,
  Proposal,
  RotationPolicy,
  Site,
  VersionCause,
} from './contract.ts'
import { AccountProposals } from './credentials/account-proposals.ts'
import { credentialRef } from './credentials/credential-scope.ts'
import { CredentialVersions } from './credentials/credential-versions.ts'
import { InOrder } from './in-order.ts'
import { Listeners } from './listeners.ts'
import { checkAccountName, checkSecrets, checkUsername } from './rules/account-rules.ts'
import { checkDenyPaths } from './rules/deny-paths.ts'
import { checkKeepAlive } from './rules/keep-alive-policy.ts'
import { SiteMoves } from './sites/site-moves.ts'
import { Sites } from './sites/sites.ts'

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
  readonly #versions: CredentialVersions
  readonly #proposals: AccountProposals

  constructor({ store, vault, now = Date.now }: AccountsOptions) {
    this.#vault = vault
    this.#now = now
    this.#sites = new Sites(store, now)
    this.#accounts = new AccountRecords(store)
    this.#moves = new SiteMoves({ store, vault, sites: this.#sites, accounts: this.#accounts })
    this.#versions = new CredentialVersions({ vault, now, site: (id) => this.#knownSite(id) })
    this.#proposals = new AccountProposals({ vault, versions: this.#versions, now })
  }

  async start(): Promise<void> {
    await this.#sites.load()
    await this.#accounts.load()
    await this.#moves.finish()
    await this.#dropUnasked()
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
        throw taken(name)
      }
      const record = present && this.#accounts.get(present.id)
      const account: Account = {
        id: present?.id ?? randomUUID(),
        name,
        siteId: site.id,
        owner: given.owner,
        username: given.username,
        createdAt: present?.createdAt ?? this.#now(),
        credentialVersion: record === undefined ? 1 : this.#versions.nextNumber(record),
      }
      // Another user name is another account at the site, with another authenticator key.
      const kept = record !== undefined && record.account.username === given.username ? await this.#versions.beside(record) : {}
      const secrets = { ...kept, ...given.secrets }
      checkSecrets(secrets)
      const credential = await this.#vault.sealCredential(credentialRef(account, site), secrets)
      const fields = Object.keys(secrets)
      if (record === undefined) return this.#accounts.put({ account, credential, fields, cause: given.cause ?? 'added' })
      const { credentialVersion: version, username } = account
      const next = { version, username, credential, fields, storedAt: this.#now(), cause: 'replaced' } as const
      return this.#accounts.put(await this.#versions.withPresent({ ...record, lastVersion: version }, next))
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
    return this.#versions.handles(account, account.credentialVersion, credential, fields)
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

  async propose(id: string, wanted: Parameters<Accounts['propose']>[1]): Promise<Proposal> {
    await this.#moves.settled(this.#known(id).account.siteId)
    return this.#versions.propose(this.#known(id), wanted)
  }

  writeAhead(proposal: Proposal): Promise<Account> {
    return this.#rewrite(proposal.accountId, (record) => this.#versions.withPending(record, proposal))
  }

  async pendingCredential(id: string): Promise<Credential> {
    await this.#moves.settled(this.#known(id).account.siteId)
    const { account, pending } = this.#known(id)
    if (pending === undefined) throw new RelayError('not_found', { params: { what: 'pending password' } })
    return this.#versions.handles(account, pending.version, pending.credential, pending.fields)
  }

  notePending(id: string, version: number, facts: Parameters<Accounts['notePending']>[2]): Promise<Account> {
    return this.#rewrite(id, (record) => {
      const { pending } = record.account
      if (pending?.version !== version) throw new RelayError('store_conflict', { detail: 'that version is not pending' })
      return { ...record, account: { ...record.account, pending: { ...pending, ...facts } } }
    })
  }

  adopt(id: string, given: Proposal | number, cause: VersionCause): Promise<Account> {
    return this.#rewrite(id, (record) => this.#versions.adopted(record, given, cause))
  }

  dropPending(id: string, version: number): Promise<Account> {
    return this.#rewrite(id, (record) => (record.account.pending?.version === version ? this.#versions.withoutPending(record) : record))
  }

  versions(id: string): readonly CredentialVersion[] {
    return this.#versions.list(this.#known(id))
  }

  revert(id: string, version?: number): Promise<Account> {
    return this.#rewrite(id, (record) => this.#versions.reverted(record, version))
  }

  confirm(id: string): Promise<Account> {
    return this.#rewrite(id, (record) => this.#versions.confirmed(record))
  }

  freeze(id: string, seen: string): Promise<Account> {
    return this.#rewrite(id, (record) => {
      const { attention: before } = record.account
      if (before?.reason === 'frozen') return record
      const attention: Attention = { reason: 'frozen', seen, since: this.#now(), ...(before === undefined ? {} : { before }) }
      return { ...record, account: { ...record.account, attention } }
    })
  }

  unfreeze(id: string): Promise<Account> {
    return this.#changes.run(() => this.#accounts.unfreeze(this.#known(id)))
  }

  async proposeAccount(given: Parameters<Accounts['proposeAccount']>[0]): Promise<AccountProposal> {
    return this.#proposals.propose(given, this.#knownSite(given.siteId))
  }

  checkNewName(owner: string, name: string): void {
    checkAccountName(name)
    if (this.#accounts.list({ owner }).some((account) => account.name === name)) throw taken(name)
  }

  adoptAccount(proposal: AccountProposal, name = proposal.account.name, attention?: Attention): Promise<Account> {
    return this.#changes.run(async () => {
      this.checkNewName(proposal.account.owner, name)
      const credential = this.#proposals.sealed(proposal)
      return this.#accounts.put({
        account: { ...proposal.account, name, ...(attention === undefined ? {} : { attention }) },
        credential,
        fields: ['password'],
        cause: 'registered',
      })
    })
  }

  async dropAccountProposal(proposal: AccountProposal): Promise<void> {
    if (this.#accounts.get(proposal.account.id) === undefined) await this.#proposals.drop(proposal)
  }

  setRotation(id: string, policy: RotationPolicy | undefined): Promise<Account> {
    return this.#rewrite(id, (record) => {
      const { rotation: _, isUsed: _used, ...account } = record.account
      return { ...record, account: policy === undefined ? account : { ...account, rotation: policy } }
    })
  }

  async setKeepAlive(id: string, policy: KeepAlivePolicy | 'off' | undefined): Promise<Account> {
    const checked = typeof policy === 'object' ? checkKeepAlive(policy) : policy
    return this.#rewrite(id, (record) => {
      const { keepAlive: _, ...account } = record.account
      return { ...record, account: checked === undefined ? account : { ...account, keepAlive: checked } }
    })
  }

  async setDenyPaths(id: string, deny: DenyPaths | undefined): Promise<Account> {
    const checked = deny === undefined ? {} : { denyPaths: checkDenyPaths(deny) }
    return this.#rewrite(id, (record) => {
      const { denyPaths: _, ...account } = record.account
      return { ...record, account: { ...account, ...checked } }
    })
  }

  setCopies(id: string, rule: CopyRule | undefined): Promise<Account> {
    return this.#rewrite(id, (record) => {
      const { copies: _, ...account } = record.account
      return { ...record, account: rule === undefined ? account : { ...account, copies: rule } }
    })
  }

  noteUsed(id: string): Promise<Account> {
    return this.#rewrite(id, (record) => ({ ...record, account: { ...record.account, isUsed: true } }))
  }

  onAccountRemoved(listener: (account: Account) => void): () => void {
    return this.#removed.add(listener)
  }

  #rewrite(id: string, change: (record: AccountRecord) => AccountRecord | Promise<AccountRecord>): Promise<Account> {
    return this.#changes.run(async () => this.#accounts.put(await change(this.#known(id))))
  }

  /** What was written ahead and never left is of no use: the site has not heard of it. */
  async #dropUnasked(): Promise<void> {
    for (const { id, pending } of this.#accounts.list()) {
      if (pending?.asked === false) await this.dropPending(id, pending.version)
    }
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

function taken(name: string): RelayError {
  const advice = `Give another one a name of its own with --name; for new credentials of this one, \`login-relay account add SITE --name ${name} --replace\`.`
  return new RelayError('already_exists', { params: { what: `an account ${name}`, advice } })
}
