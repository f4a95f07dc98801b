import type { Logger } from 'pino'
import type { Account, Accounts } from '../../accounts/index.ts'
import type { Login } from '../../login/index.ts'
import type { LingeringSessions } from './lingering-sessions.ts'
import type { SessionFile } from './session-file.ts'
import { signOutAtSite } from './sign-out-at-site.ts'
import type { LiveSession } from './site-session.ts'

export interface LiveSessionsOptions {
  readonly file: SessionFile
  readonly accounts: Pick<Accounts, 'account'>
  readonly login: Login
  readonly log: Logger
  /** Whether a device was given a copy of it. */
  readonly isCopied: (session: LiveSession) => boolean
  readonly lingering: Pick<LingeringSessions, 'hold' | 'release' | 'end'>
}

interface KeepOptions {
  readonly beside?: () => Promise<void>
  readonly isOver?: () => boolean
}

/** What was ended here. */
export interface Ended {
  readonly account: Account
  /** Resolves when it is out of the store, and the site has been asked to sign it out. Never rejects. */
  readonly gone: Promise<void>
}

/** The session of each account that has one: in memory and in the store, from when it is durable until it is ended in both and at the site (law 7). */
export class LiveSessions {
  readonly #options: LiveSessionsOptions
  readonly #live = new Map<string, LiveSession>()
  /** Those that are being stored, by account, until they are kept or taken back: who ends the account's session ends these too. */
  readonly #coming = new Map<string, Map<LiveSession, Promise<unknown>>>()
  readonly #signOuts = new Set<Promise<void>>()

  constructor(options: LiveSessionsOptions) {
    this.#options = options
  }

  /** Stores the changed cookies of a session, if it is still the one of its account. */
  readonly saveSoon = (session: LiveSession): void => {
    if (this.get(session.account.id) === session) this.#options.file.saveSoon(session)
  }

  async load(): Promise<void> {
    for (const session of await this.#options.file.load(this.saveSoon)) this.#live.set(session.account.id, session)
  }

  /** Stores when each was used last, waits until the site was told of all that were ended, and until every write is durable. */
  async stop(): Promise<void> {
    const { file } = this.#options
    // The time since its last use goes on counting after a restart.
    for (const session of this.#live.values()) file.saveKept(session)
    await Promise.allSettled(this.#signOuts)
    await file.flush()
  }

  get(accountId: string): LiveSession | undefined {
    return this.#live.get(accountId)
  }

  all(): LiveSession[] {
    return [...this.#live.values()]
  }

  /**
   * Makes a new session its account's, once it is durable. False: the account was frozen or removed while it was stored, its credential was
   * replaced, or its session was ended; then it is taken out of the store again, and signed out at the site.
   * `beside`: see `SessionFile.save`. `isOver`: who began it was told to end it.
   * One that is replaced goes on in what uses it, but is signed out at the site where a device was given a copy of it: nothing reaches that
   * afterwards (law 7). It is held before the new one is stored in its place: a crash in between does not forget the copy.
   */
  async keep(session: LiveSession, options: KeepOptions = {}): Promise<boolean> {
    const { id } = session.account
    const coming = this.#coming.get(id) ?? new Map<LiveSession, Promise<unknown>>()
    this.#coming.set(id, coming)
    const kept = this.#keep(session, options)
    coming.set(session, kept)
    try {
      return await kept
    } finally {
      coming.delete(session)
      if (coming.size === 0) this.#coming.delete(id)
    }
  }

  async #keep(session: LiveSession, { beside = async () => {}, isOver = () => false }: KeepOptions): Promise<boolean> {
    const { file, accounts, isCopied, lingering } = this.#options
    const { id } = session.account
    const present = this.#live.get(id)
    if (present !== undefined && isCopied(present)) await lingering.hold(present)
    // What has been ended already is not stored at all: who ended it was answered.
    await (isOver() ? beside() : file.save(session, beside)).catch(async (error: unknown) => {
      await this.#letGo(present)
      throw error
    })
    if (session.ended.aborted || isOver() || !session.isOf(accounts.account(id))) {
      session.cut()
      await this.#letGo(present)
      await this.#takeBack(session)
      return false
    }
    const replaced = this.#live.get(id)
    this.#live.set(id, session)
    if (replaced !== undefined) void (isCopied(replaced) ? this.#signOut(replaced) : lingering.release(replaced.id))
    return true
  }

  /** What was held to be replaced stays live. */
  async #letGo(present: LiveSession | undefined): Promise<void> {
    if (present !== undefined && this.get(present.account.id) === present) await this.#options.lingering.release(present.id)
  }

  /** Ends the account's session here at once, one that is still being stored too. Undefined: there was none. */
  end(accountId: string): Ended | undefined {
    const session = this.#live.get(accountId)
    this.#live.delete(accountId)
    const coming = this.#coming.get(accountId) ?? new Map<LiveSession, Promise<unknown>>()
    const [first] = coming.keys()
    const account = (session ?? first)?.account
    // Whoever stores one of these finds it cut, and takes it back.
    for (const one of coming.keys()) one.cut()
    session?.cut()
    if (account === undefined) return undefined
    const gone = Promise.allSettled([...coming.values(), ...(session === undefined ? [] : [this.#takeBack(session)])])
    return { account, gone: gone.then(() => {}) }
  }

  /** Forgets one that the site no longer knows. False: another has taken its place, or it was forgotten before. */
  drop(session: LiveSession): boolean {
    const { file, log, lingering } = this.#options
    if (this.#live.get(session.account.id) !== session) return false
    this.#live.delete(session.account.id)
    void lingering.release(session.id)
    void file.remove(session).catch((error) => log.warn({ err: error }, 'an ended session could not be removed from the store'))
    return true
  }

  /** From the store, where another may stand by now, and at the site. */
  async #takeBack(session: LiveSession): Promise<void> {
    const { file, isCopied, lingering } = this.#options
    const isHeld = isCopied(session)
    const signedOut = this.#signOut(session)
    if (isHeld) await lingering.hold(session)
    const present = this.#live.get(session.account.id)
    await Promise.allSettled([present === undefined ? file.remove(session) : file.save(present), signedOut])
  }

  /** At the site alone. Never rejects. */
  async #signOut(session: LiveSession): Promise<void> {
    const { login, log, isCopied, lingering } = this.#options
    const signOut = isCopied(session) ? lingering.end(session) : signOutAtSite(session, login, log).then(() => {})
    this.#signOuts.add(signOut)
    await signOut
    this.#signOuts.delete(signOut)
  }
}
