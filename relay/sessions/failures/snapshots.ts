import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Account, Accounts } from '../../accounts/index.ts'
import type { Snapshot } from '../../login/index.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../vault/index.ts'

/** A snapshot of the last sign-in that failed. */
export interface KeptSnapshot extends Snapshot {
  /** Milliseconds since 1970. */
  readonly at: number
}

interface SnapshotRecord {
  readonly sealed: Sealed
}

export interface SnapshotsOptions {
  readonly store: Store
  readonly vault: Pick<Vault, 'seal' | 'open'>
  readonly accounts: Accounts
  readonly onFailure: (error: unknown) => void
}

/** Of a snapshot, bytes before it is sealed: one that is larger is kept without its copy of the page. */
const mostBytes = 32_768

/** What was seen when sign-ins failed: the last of each account, sealed with the account's own key. */
export class Snapshots {
  readonly #vault: Pick<Vault, 'seal' | 'open'>
  readonly #accounts: Accounts
  readonly #records: Collection<SnapshotRecord>
  readonly #onFailure: (error: unknown) => void

  constructor({ store, vault, accounts, onFailure }: SnapshotsOptions) {
    this.#onFailure = onFailure
    this.#vault = vault
    this.#accounts = accounts
    this.#records = store.collection<SnapshotRecord>({ name: 'snapshots' })
  }

  /** Evidence that cannot be stored does not change the outcome: a failure is told, not thrown. */
  async keep(account: Account, snapshot: KeptSnapshot): Promise<void> {
    // Sealing for an account that was removed meanwhile would make it a new key.
    if (this.#accounts.account(account.id) === undefined) return
    try {
      const sealed = await this.#vault.seal(refOf(account), packed(snapshot))
      await this.#records.put(account.id, { sealed })
    } catch (error) {
      this.#onFailure(error)
    }
  }

  /** undefined: no sign-in of it has failed. `vault_record_damaged`. */
  async find(account: Account): Promise<KeptSnapshot | undefined> {
    const record = await this.#records.get(account.id)
    if (record === undefined) return undefined
    const opened = await this.#vault.open(refOf(account), record.value.sealed)
    return JSON.parse(inflateRawSync(opened, { maxOutputLength: 1_000_000 }).toString()) as KeptSnapshot
  }

  async forget(accountId: string): Promise<void> {
    await this.#records.delete(accountId)
  }
}

function packed(snapshot: KeptSnapshot): Buffer {
  const whole = deflateRawSync(JSON.stringify(snapshot))
  if (whole.length <= mostBytes || snapshot.page === undefined) return whole
  return deflateRawSync(JSON.stringify({ ...snapshot, page: { ...snapshot.page, copy: '' } }))
}

function refOf({ owner, id }: Account): SealRef {
  return { owner, account: id, record: 'snapshot' }
}
