import type { Collection, Store } from '../store/index.ts'
import type { GivenCopies, GivenCopy, SiteSession } from './contract.ts'

export interface GivenCopiesOptions {
  readonly store: Store
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly live: (accountId: string) => Pick<SiteSession, 'id'> | undefined
}

/** In memory and in the store, each until its session has ended: what somebody kept of it is worth nothing then. */
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
    await this.#drop((copy) => !this.#isLive(copy))
  }

  has(deviceId: string, session: SiteSession): boolean {
    return this.#given.get(idOf(deviceId, session.account.id))?.sessionId === session.id
  }

  async note({ id: deviceId, name: deviceName }: { readonly id: string; readonly name: string }, { id: sessionId, account }: SiteSession): Promise<void> {
    await this.#drop((copy) => !this.#isLive(copy))
    const copy: GivenCopy = { deviceId, deviceName, accountId: account.id, sessionId, at: this.#options.now() }
    const id = idOf(deviceId, account.id)
    await this.#records.put(id, copy)
    this.#given.set(id, copy)
  }

  keepOnly(deviceId: string, sessions: readonly SiteSession[]): Promise<void> {
    const kept = new Set(sessions.map(({ id }) => id))
    return this.#drop((copy) => copy.deviceId === deviceId && !kept.has(copy.sessionId))
  }

  list(): readonly GivenCopy[] {
    return [...this.#given.values()].filter((copy) => this.#isLive(copy)).sort((a, b) => b.at - a.at)
  }

  #isLive({ accountId, sessionId }: GivenCopy): boolean {
    return this.#options.live(accountId)?.id === sessionId
  }

  async #drop(isGone: (copy: GivenCopy) => boolean): Promise<void> {
    for (const [id] of [...this.#given].filter(([, copy]) => isGone(copy))) {
      this.#given.delete(id)
      await this.#records.delete(id)
    }
  }
}

function idOf(deviceId: string, accountId: string): string {
  return `${deviceId} ${accountId}`
}
