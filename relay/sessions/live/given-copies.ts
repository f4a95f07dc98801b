import type { Collection, Store } from '../../store/index.ts'
import type { GivenCopies, GivenCopy, SiteSession } from '../contract.ts'

export interface GivenCopiesOptions {
  readonly store: Store
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly live: (accountId: string) => Pick<SiteSession, 'id'> | undefined
  /** Of a session that has ended here and not at the site. */
  readonly lingering: (sessionId: string) => GivenCopy['lingering']
}

/** In memory and in the store, each until its session has ended at the site too: what somebody kept of it is worth nothing then. */
export class StoredGivenCopies implements GivenCopies {
  readonly #options: GivenCopiesOptions
  readonly #records: Collection<GivenCopy>
  readonly #given = new Map<string, GivenCopy>()

  constructor(options: GivenCopiesOptions) {
    this.#options = options
    this.#records = options.store.collection<GivenCopy>({ name: 'session-copies' })
  }

  async load(): Promise<void> {
    for (const { id, value } of await this.#records.list()) this.#given.set(id, value)
    await this.#drop((copy) => !this.#isGood(copy))
  }

  has(deviceId: string, session: SiteSession): boolean {
    return [...this.#given.values()].some((copy) => copy.deviceId === deviceId && copy.sessionId === session.id)
  }

  /** Was a copy of this session given to any device? */
  isOf(session: Pick<SiteSession, 'id'>): boolean {
    return [...this.#given.values()].some(({ sessionId }) => sessionId === session.id)
  }

  async note({ id: deviceId, name: deviceName }: { readonly id: string; readonly name: string }, { id: sessionId, account }: SiteSession): Promise<void> {
    await this.#drop((copy) => !this.#isGood(copy))
    const copy: GivenCopy = { deviceId, deviceName, accountId: account.id, sessionId, at: this.#options.now() }
    // Of each session its own: dropping the record of an earlier one leaves that of a later one alone.
    const id = `${deviceId} ${account.id} ${sessionId}`
    await this.#records.put(id, copy)
    this.#given.set(id, copy)
  }

  keepOnly(deviceId: string, sessions: readonly SiteSession[]): Promise<void> {
    const kept = new Set(sessions.map(({ id }) => id))
    return this.#drop((copy) => copy.deviceId === deviceId && !kept.has(copy.sessionId) && this.#options.lingering(copy.sessionId) === undefined)
  }

  list(): readonly GivenCopy[] {
    return [...this.#given.values()]
      .filter((copy) => this.#isGood(copy))
      .map((copy) => {
        const lingering = this.#options.lingering(copy.sessionId)
        return lingering === undefined ? copy : { ...copy, lingering }
      })
      .sort((a, b) => b.at - a.at)
  }

  #isGood({ accountId, sessionId }: GivenCopy): boolean {
    return this.#options.live(accountId)?.id === sessionId || this.#options.lingering(sessionId) !== undefined
  }

  async #drop(isGone: (copy: GivenCopy) => boolean): Promise<void> {
    const gone = [...this.#given].filter(([, copy]) => isGone(copy)).map(([id]) => id)
    // All at once: what is noted while these are deleted is noted anew.
    for (const id of gone) this.#given.delete(id)
    await Promise.all(gone.map((id) => this.#records.delete(id)))
  }
}
