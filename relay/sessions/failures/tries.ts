import type { Account, Accounts, Attention } from '../../accounts/index.ts'
import type { Collection, Store } from '../../store/index.ts'
import { attentionError } from './failure.ts'

/** One version of a credential, from before it leaves for the site until what the site made of it is stored. */
interface TryRecord {
  readonly accountId: string
  readonly version: number
  /** It may be at the site, and its outcome is not known. */
  readonly isOpen: boolean
  /** Tries of this version, one after the other, whose outcome was lost. */
  readonly interrupted: number
}

export interface TriesOptions {
  readonly store: Store
  readonly accounts: Pick<Accounts, 'account' | 'setAttention' | 'notePending'>
  readonly now: () => number
}

/**
 * Law 3 beyond the life of the process: that a credential is about to leave is written down first, and taken back together with what came
 * of it. What a killed relay has left open counts as a try whose outcome nobody knows: it is not repeated unless a person asks for a sign-in,
 * and after the second in a row not before a person gives or confirms the credential.
 */
export class Tries {
  readonly #accounts: TriesOptions['accounts']
  readonly #now: () => number
  readonly #records: Collection<TryRecord>
  readonly #known = new Map<string, TryRecord>()

  constructor({ store, accounts, now }: TriesOptions) {
    this.#accounts = accounts
    this.#now = now
    this.#records = store.collection<TryRecord>({ name: 'tries' })
  }

  /** Draws the conclusions from what a relay before this one has left. */
  async load(): Promise<void> {
    for (const { id, value } of await this.#records.list()) {
      const account = this.#accounts.account(value.accountId)
      if (account === undefined || !isOf(value, account)) {
        await this.#records.delete(id)
        continue
      }
      if (value.isOpen) await this.#lose(account, value, 'the relay was stopped')
      else await this.#put(value)
    }
  }

  /** Nobody will learn what came of the account's tries that are open: a sign-in broke inside the relay. */
  async lose(accountId: string): Promise<void> {
    const account = this.#accounts.account(accountId)
    if (account === undefined) return
    for (const record of this.#known.values()) if (record.accountId === accountId && record.isOpen) await this.#lose(account, record, 'something broke')
  }

  /**
   * Throws `needs_attention` where a try of the credential is open though no sign-in of the account runs: it broke, and the store would not
   * take what follows from that. Once the store writes again, nothing else would keep the credential from being sent anew.
   */
  checkClosed(account: Account): void {
    const isLost = [...this.#known.values()].some((one) => one.accountId === account.id && one.isOpen && isOf(one, account))
    if (isLost) throw attentionError(account, { reason: 'interrupted', seen: 'what came of the last sign-in could not be stored', since: this.#now() })
  }

  /** Resolves when it is durable: from then on the credential may leave. */
  async begin(accountId: string, version: number): Promise<void> {
    await this.#put({ accountId, version, isOpen: true, interrupted: this.interrupted(accountId, version) })
  }

  /** What came of the account's tries is stored, or is stored with the write that this call is part of. */
  async settle(accountId: string): Promise<void> {
    await Promise.all([...this.#known.values()].filter((one) => one.accountId === accountId && one.isOpen).map((one) => this.#delete(one)))
  }

  async forget(accountId: string): Promise<void> {
    await Promise.all([...this.#known.values()].filter((one) => one.accountId === accountId).map((one) => this.#delete(one)))
  }

  /** How many tries of this version have come to an unknown end, the last ones in a row. */
  interrupted(accountId: string, version: number): number {
    return this.#known.get(idOf(accountId, version))?.interrupted ?? 0
  }

  async #put(record: TryRecord): Promise<void> {
    const id = idOf(record.accountId, record.version)
    this.#known.set(id, record)
    await this.#records.put(id, record)
  }

  async #delete({ accountId, version }: TryRecord): Promise<void> {
    const id = idOf(accountId, version)
    this.#known.delete(id)
    await this.#records.delete(id)
  }

  async #lose(account: Account, record: TryRecord, what: string): Promise<void> {
    const interrupted = record.interrupted + 1
    await this.#tell(account, record.version, interrupted, what)
    await this.#put({ ...record, isOpen: false, interrupted })
  }

  async #tell(account: Account, version: number, interrupted: number, what: string): Promise<void> {
    const { id, pending, attention, credentialVersion } = account
    if (pending?.asked === true) {
      // One of the two works, and the next sign-in finds out which: it begins with the other one.
      if (interrupted > 1) await this.#accounts.notePending(id, pending.version, version === pending.version ? { denied: true } : { presentDenied: true })
      return
    }
    if (attention?.reason === 'wrong-password') return
    const seen: Attention =
      interrupted > 1
        ? {
            reason: 'interrupted-twice',
            seen: `${what} in the middle of a sign-in, when the password had left, for the second time in a row`,
            since: this.#now(),
          }
        : { reason: 'interrupted', seen: `${what} in the middle of a sign-in, when the password had left`, since: this.#now() }
    await this.#accounts.setAttention(id, seen, credentialVersion)
  }
}

/** A version that was never stored, or that was replaced, is sent by nobody again. */
function isOf({ version }: TryRecord, { credentialVersion, pending }: Account): boolean {
  return version === credentialVersion || version === pending?.version
}

function idOf(accountId: string, version: number): string {
  return `${accountId} ${version}`
}
