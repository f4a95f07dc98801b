import { type Account, type Accounts, keepAliveOf } from '../../accounts/index.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../vault/index.ts'
import { goesByPassword, LiveSession, type SessionSnapshot } from './site-session.ts'

interface SessionRecord {
  readonly sealed: Sealed
}

/** How long changed cookies may wait to be written: answers that rotate a cookie come in bursts. Milliseconds. */
const saveDelay = 250

/**
 * Sessions at rest: sealed with the account's own key, one record an account.
 * A session that was just obtained is written at once; cookies that change later are written soon after.
 */
export class SessionFile {
  readonly #vault: Vault
  readonly #accounts: Accounts
  readonly #records: Collection<SessionRecord>
  readonly #onFailure: (error: unknown) => void
  readonly #due = new Map<LiveSession, NodeJS.Timeout>()
  /** Writes of one account follow one another. */
  readonly #lanes = new Map<string, Promise<void>>()

  constructor(options: { store: Store; vault: Vault; accounts: Accounts; onFailure: (error: unknown) => void }) {
    this.#vault = options.vault
    this.#accounts = options.accounts
    this.#records = options.store.collection<SessionRecord>({ name: 'site-sessions' })
    this.#onFailure = options.onFailure
  }

  /** Every stored session that still has its account, also one whose credential was replaced since, which is to be ended; what has none is removed. */
  async load(onChange: (session: LiveSession) => void): Promise<LiveSession[]> {
    const sessions: LiveSession[] = []
    for (const { id, value } of await this.#records.list()) {
      try {
        const session = await this.#restore(id, value, onChange)
        if (session !== undefined) {
          sessions.push(session)
          continue
        }
      } catch (error) {
        this.#onFailure(error)
      }
      await this.#records.delete(id)
    }
    return sessions
  }

  /** `beside`: what is begun in the same turn as the write is durable with it, or not at all. */
  async save(session: LiveSession, beside: () => Promise<void> = async () => {}): Promise<void> {
    this.#cancel(session)
    await this.#inLane(session.account.id, async () => {
      const { account } = session
      // Sealing for an account that was removed meanwhile would make it a new key.
      if (this.#accounts.account(account.id) === undefined) return
      const sealed = await this.#vault.seal(sealRef(account), Buffer.from(JSON.stringify(session.snapshot())))
      await Promise.all([this.#records.put(account.id, { sealed }), beside()])
    })
  }

  /** Saves before long. A failure is told, not thrown: the session itself works on. */
  saveSoon(session: LiveSession): void {
    if (this.#due.has(session)) return
    const timer = setTimeout(() => void this.save(session).catch(this.#onFailure), saveDelay)
    timer.unref()
    this.#due.set(session, timer)
  }

  /** Saves one that is held open, with when it was used last. */
  saveKept(session: LiveSession): void {
    const account = this.#accounts.account(session.account.id)
    if (account !== undefined && keepAliveOf(account, this.#accounts.site(account.siteId)) !== undefined) this.saveSoon(session)
  }

  async remove(session: LiveSession): Promise<void> {
    this.#cancel(session)
    await this.#inLane(session.account.id, async () => void (await this.#records.delete(session.account.id)))
  }

  /** Writes what is due and waits for every write. */
  async flush(): Promise<void> {
    await Promise.allSettled([...this.#due.keys()].map((session) => this.save(session)))
    await Promise.allSettled(this.#lanes.values())
  }

  #cancel(session: LiveSession): void {
    clearTimeout(this.#due.get(session))
    this.#due.delete(session)
  }

  async #restore(accountId: string, record: SessionRecord, onChange: (session: LiveSession) => void): Promise<LiveSession | undefined> {
    const account = this.#accounts.account(accountId)
    const site = account && this.#accounts.site(account.siteId)
    if (account === undefined || site === undefined) return undefined
    const opened = await this.#vault.open(sealRef(account), record.sealed)
    const snapshot = JSON.parse(opened.toString()) as SessionSnapshot
    const { credentialVersion } = snapshot
    const isVoid = credentialVersion !== account.credentialVersion
    // Without a session at the site there is nothing to end, and the password that took its place is not tried for it (law 3).
    if (isVoid && goesByPassword(snapshot)) return undefined
    return LiveSession.restore(isVoid ? { ...account, credentialVersion } : account, site, await this.#accounts.credential(account.id), snapshot, onChange)
  }

  async #inLane(accountId: string, write: () => Promise<void>): Promise<void> {
    const before = this.#lanes.get(accountId) ?? Promise.resolve()
    const mine = before.then(write, write)
    const settled = mine.catch(() => {})
    this.#lanes.set(accountId, settled)
    void settled.then(() => {
      if (this.#lanes.get(accountId) === settled) this.#lanes.delete(accountId)
    })
    return mine
  }
}

function sealRef(account: Account): SealRef {
  return { owner: account.owner, account: account.id, record: 'session' }
}
