import type { Logger } from 'pino'
import type { Collection, Store } from '../../store/index.ts'
import type { CopyHolder, GivenCopies, GivenCopy, SiteSession } from '../contract.ts'

export interface GivenCopiesOptions {
  readonly store: Store
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly live: (accountId: string) => Pick<SiteSession, 'id'> | undefined
  /** Of a session that has ended here and not at the site. */
  readonly lingering: (sessionId: string) => GivenCopy['lingering']
  readonly log: Logger
}

/** Of each session and person. */
const mostGiven = 100

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
    // The store lists them by id, which tells nothing of their age.
    const records = (await this.#records.list()).sort((a, b) => a.value.at - b.value.at)
    for (const { id, value } of records) this.#given.set(id, { ...value, way: value.way ?? 'kept' })
    await this.#drop((copy) => !this.#isGood(copy))
  }

  has(holder: CopyHolder, session: SiteSession): boolean {
    return this.#isLive(session) && this.#given.has(recordOf(holder, session))
  }

  /** Was a copy of this session given to anybody? */
  isOf(session: Pick<SiteSession, 'id'>): boolean {
    return [...this.#given.values()].some(({ sessionId }) => sessionId === session.id)
  }

  async note(holder: CopyHolder, session: SiteSession): Promise<boolean> {
    await this.#drop((copy) => !this.#isGood(copy))
    const { way, userId, device } = holder
    const id = recordOf(holder, session)
    const copy: GivenCopy = this.#given.get(id) ?? {
      way,
      ...(userId === undefined ? {} : { userId }),
      ...(device === undefined ? {} : { deviceId: device.id, deviceName: device.name }),
      accountId: session.account.id,
      sessionId: session.id,
      at: this.#options.now(),
    }
    if (!this.#given.has(id)) await this.#records.put(id, copy)
    this.#given.set(id, copy)
    await this.#forgetOldest(holder, session)
    // In the turn in which it is answered: whoever ends the session from now on finds the copy.
    return this.#isLive(session)
  }

  keepOnly(deviceId: string, sessions: readonly SiteSession[]): Promise<void> {
    const kept = new Set(sessions.map(({ id }) => id))
    const isOver = ({ sessionId }: GivenCopy) => !kept.has(sessionId) && this.#options.lingering(sessionId) === undefined
    return this.#drop((copy) => copy.way === 'kept' && copy.deviceId === deviceId && isOver(copy))
  }

  list(): readonly GivenCopy[] {
    return [...this.#given.values()]
      .filter((copy) => this.#isGood(copy))
      .map((copy) => {
        const lingering = this.#options.lingering(copy.sessionId)
        return lingering === undefined ? copy : { ...copy, lingering }
      })
      .reverse()
      .sort((a, b) => b.at - a.at)
  }

  #isGood({ accountId, sessionId }: GivenCopy): boolean {
    return this.#isLive({ id: sessionId, account: { id: accountId } }) || this.#options.lingering(sessionId) !== undefined
  }

  #isLive({ id, account }: { readonly id: string; readonly account: { readonly id: string } }): boolean {
    return this.#options.live(account.id)?.id === id
  }

  /**
   * A person's devices come and go while a session lives: what is kept of it stays small, and who borrows the account pushes nobody else out.
   * That there are copies stays known.
   */
  async #forgetOldest({ userId }: CopyHolder, { id: sessionId, account }: SiteSession): Promise<void> {
    const all = [...this.#given].filter(([, copy]) => copy.sessionId === sessionId && copy.userId === userId)
    const oldest = new Set(all.slice(0, Math.max(0, all.length - mostGiven)).map(([, copy]) => copy))
    if (oldest.size === 0) return
    this.#options.log.warn({ account: account.id, session: sessionId }, 'who was given a copy of a session first is forgotten: there are too many')
    await this.#drop((copy) => oldest.has(copy))
  }

  async #drop(isGone: (copy: GivenCopy) => boolean): Promise<void> {
    const gone = [...this.#given].filter(([, copy]) => isGone(copy)).map(([id]) => id)
    // All at once: what is noted while these are deleted is noted anew.
    for (const id of gone) this.#given.delete(id)
    await Promise.all(gone.map((id) => this.#records.delete(id)))
  }
}

/** Of each session its own: dropping the record of an earlier one leaves that of a later one alone. */
function recordOf({ way, userId, device }: CopyHolder, { id, account }: Pick<SiteSession, 'id' | 'account'>): string {
  const who = device?.id ?? (userId === undefined ? 'local' : `user ${userId}`)
  // As older relays named theirs, which were all kept.
  return way === 'kept' ? `${who} ${account.id} ${id}` : `${way} ${who} ${account.id} ${id}`
}
