import type { Collection, Store } from '../store/index.ts'
import type { Sealed } from '../vault/index.ts'
import type { Account, Attention, VersionCause } from './contract.ts'

/** A version of a credential as stored: sealed under its own number and user name. */
export interface VersionRecord {
  readonly version: number
  readonly username: string
  readonly credential: Sealed
  readonly fields: readonly string[]
  readonly storedAt: number
  readonly cause: VersionCause
  /** When another took its place. */
  readonly endedAt?: number
  /** It left for the site, and no sign-in has shown that the site took it. */
  readonly isUnproved?: true
}

/**
 * An account as stored: with its sealed credential, so that a replaced password and the version that says so are one write,
 * whole or not at all.
 */
export interface AccountRecord {
  readonly account: Account
  readonly credential: Sealed
  /** Names of the secrets in `credential`. */
  readonly fields: readonly string[]
  /** How the present credential came; older relays did not write it down. */
  readonly cause?: VersionCause
  /** Written ahead while the site is asked to take it; `account.pending` says how far that is. */
  readonly pending?: VersionRecord
  /** Newest first. */
  readonly previous?: readonly VersionRecord[]
  /** The highest number given; none is given twice. */
  readonly lastVersion?: number
}

/** The accounts: in memory by id and by owner, in the store to last. */
export class AccountRecords {
  readonly #records: Collection<AccountRecord>
  readonly #byId = new Map<string, AccountRecord>()
  /** In order of name. */
  readonly #byOwner = new Map<string, readonly Account[]>()
  /** The same by site, for each owner whose were asked for since they changed last: every request asks. */
  readonly #bySite = new Map<string, ReadonlyMap<string, readonly Account[]>>()

  constructor(store: Store) {
    this.#records = store.collection<AccountRecord>({ name: 'accounts' })
  }

  async load(): Promise<void> {
    for (const { value } of await this.#records.list()) this.#byId.set(value.account.id, { ...value, account: Object.freeze(value.account) })
    // Sorted once, not once for each.
    for (const [owner, accounts] of Map.groupBy(this.#allByName(), (account) => account.owner)) this.#byOwner.set(owner, accounts)
  }

  get(id: string): AccountRecord | undefined {
    return this.#byId.get(id)
  }

  find(idOrName: string, owner?: string): Account | undefined {
    const byId = this.#byId.get(idOrName)?.account
    if (byId !== undefined && (owner === undefined || byId.owner === owner)) return byId
    return owner === undefined ? undefined : this.#byOwner.get(owner)?.find(({ name }) => name === idOrName)
  }

  list({ owner, siteId }: { owner?: string; siteId?: string } = {}): Account[] {
    if (owner !== undefined) return [...((siteId === undefined ? this.#byOwner.get(owner) : this.#ownAt(owner).get(siteId)) ?? [])]
    const all = this.#allByName()
    return siteId === undefined ? all : all.filter((account) => account.siteId === siteId)
  }

  #allByName(): Account[] {
    return [...this.#byId.values()].map(({ account }) => account).sort(byName)
  }

  #ownAt(owner: string): ReadonlyMap<string, readonly Account[]> {
    const present = this.#bySite.get(owner)
    if (present !== undefined) return present
    const bySite = Map.groupBy(this.#byOwner.get(owner) ?? [], ({ siteId }) => siteId)
    this.#bySite.set(owner, bySite)
    return bySite
  }

  #setOwn(owner: string, accounts: readonly Account[]): void {
    this.#bySite.delete(owner)
    if (accounts.length === 0) this.#byOwner.delete(owner)
    else this.#byOwner.set(owner, accounts)
  }

  /** A frozen account stays so, whatever is written of it. */
  async put(record: AccountRecord): Promise<Account> {
    const present = this.#byId.get(record.account.id)?.account.attention
    return this.#write(present?.reason === 'frozen' ? { ...record, account: frozenAs(present, record.account) } : record)
  }

  async unfreeze(record: AccountRecord): Promise<Account> {
    const { attention, ...account } = record.account
    if (attention?.reason !== 'frozen') return record.account
    return this.#write({ ...record, account: attention.before === undefined ? account : { ...account, attention: attention.before } })
  }

  async #write(record: AccountRecord): Promise<Account> {
    await this.#records.put(record.account.id, record)
    return this.#keep(record)
  }

  /** Out of memory: nobody finds it from now on. */
  forget({ id, owner }: Account): void {
    this.#byId.delete(id)
    this.#setOwn(
      owner,
      this.list({ owner }).filter((account) => account.id !== id),
    )
  }

  /** Back into memory, when it could not be removed after all. */
  restore(record: AccountRecord): void {
    this.#keep(record)
  }

  /** Out of the store. */
  async delete(id: string): Promise<void> {
    await this.#records.delete(id)
  }

  #keep(record: AccountRecord): Account {
    const account = Object.freeze(record.account)
    this.#byId.set(account.id, record)
    const others = this.list({ owner: account.owner }).filter(({ id }) => id !== account.id)
    this.#setOwn(account.owner, [...others, account].sort(byName))
    return account
  }
}

/** What it came to need meanwhile waits behind. */
function frozenAs({ before: _, ...frozen }: Attention, { attention, ...account }: Account): Account {
  const before = attention?.reason === 'frozen' ? attention.before : attention
  return { ...account, attention: { ...frozen, ...(before === undefined ? {} : { before }) } }
}

function byName(a: Account, b: Account): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.createdAt - b.createdAt
}
