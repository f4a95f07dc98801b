import type { Logger } from 'pino'
import type { Accounts } from '../../accounts/index.ts'
import type { Login } from '../../login/index.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../vault/index.ts'
import type { GivenCopy } from '../contract.ts'
import { hasEndedAtSite, signOutAtSite } from './sign-out-at-site.ts'
import { LiveSession, type SessionSnapshot } from './site-session.ts'

export interface LingeringSessionsOptions {
  readonly store: Store
  readonly vault: Pick<Vault, 'seal' | 'open'>
  readonly accounts: Pick<Accounts, 'account' | 'site' | 'credential'>
  readonly login: Login
  /** False: the site is told again when a person asks for it, and not by itself; default: true. */
  readonly serves?: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Logger
}

interface LingeringRecord extends NonNullable<GivenCopy['lingering']> {
  readonly accountId: string
  readonly sealed: Sealed
}

interface Held {
  readonly session: LiveSession
  state: NonNullable<GivenCopy['lingering']>
  /** It is live no longer: the site is to be told. */
  isOver: boolean
  /** Resolves when it is in the store. */
  written: Promise<void>
  trying?: Promise<void>
}

/** After each try that failed, until the next; then no other before a person asks for it. Milliseconds. */
const waits = [1, 5, 25, 120, 600].map((minutes) => minutes * 60_000)
const lookEvery = 30_000
/** Of each account; of more the oldest is forgotten. */
const mostHeld = 20

/**
 * Sessions that have ended here, of which a device was given a copy, until the site has ended them too: while it does not answer, or offers no way,
 * a copy goes on being good there (law 7). Each is sealed in the store before it is ended here, so that a crash does not forget it.
 */
export class LingeringSessions {
  readonly #options: LingeringSessionsOptions
  readonly #records: Collection<LingeringRecord>
  /** By the session's id. */
  readonly #held = new Map<string, Held>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: LingeringSessionsOptions) {
    this.#options = options
    this.#records = options.store.collection<LingeringRecord>({ name: 'lingering-sessions' })
  }

  /** `isLive`: those that were never ended. */
  async load(isLive: (session: { readonly accountId: string; readonly id: string }) => boolean): Promise<void> {
    // The store lists them by id, which tells nothing of their age.
    const records = (await this.#records.list()).sort((a, b) => a.value.since - b.value.since)
    for (const { id, value } of records) {
      const session = isLive({ accountId: value.accountId, id }) ? undefined : await this.#restore(id, value)
      if (session === undefined) await this.#records.delete(id)
      else this.#held.set(id, { session, state: stateOf(value), isOver: true, written: Promise.resolve() })
    }
    if (this.#options.serves === false) return
    this.#timer = setInterval(() => void this.run(), lookEvery)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.allSettled([...this.#held.values()].map(({ trying }) => trying))
  }

  /** Undefined: it is live, or has ended at the site too, for all that is known. */
  of(sessionId: string): GivenCopy['lingering'] {
    const held = this.#held.get(sessionId)
    return held?.isOver === true ? held.state : undefined
  }

  /** Holds one that is about to end: in memory at once, and in the store when this resolves. False: its account is gone. Never rejects. */
  async hold(session: LiveSession): Promise<boolean> {
    const { accounts, now, log } = this.#options
    const { id: accountId } = session.account
    // Sealing for an account that was removed meanwhile would make it a new key.
    if (accounts.account(accountId) === undefined) return false
    const present = this.#held.get(session.id)
    if (present !== undefined) return present.written.then(() => true)
    const held: Held = { session, state: { since: now(), tries: 0, nextTryAt: now() }, isOver: false, written: Promise.resolve() }
    const others = this.#ofAccount(accountId)
    this.#held.set(session.id, held)
    held.written = this.#write(held)
    for (const { session: oldest } of others.slice(0, Math.max(0, others.length + 1 - mostHeld))) {
      log.warn({ account: accountId, session: oldest.id }, 'a copied session that the site did not end is forgotten: there are too many')
      await this.release(oldest.id)
    }
    await held.written
    return true
  }

  /** It has not ended here after all, or has at the site. */
  async release(sessionId: string): Promise<void> {
    if (!this.#held.delete(sessionId)) return
    await this.#records.delete(sessionId).catch((error) => this.#options.log.warn({ err: error }, 'an ended session could not be removed from the store'))
  }

  /** One that has ended here just now: it lingers at once. Resolves when the site was told first. Never rejects. */
  async end(session: LiveSession): Promise<void> {
    const { login, log } = this.#options
    const holding = this.hold(session)
    const held = this.#held.get(session.id)
    if (held !== undefined) held.isOver = true
    if (held !== undefined && (await holding)) await this.#try(held)
    else await signOutAtSite(session, login, log)
  }

  /** A person asks for it: the site is told at once, and from then on as if it had ended just now. False: nothing of this account lingers. */
  async endAgain(accountId: string): Promise<boolean> {
    const over = this.#ofAccount(accountId).filter(({ isOver }) => isOver)
    for (const held of over) if (held.trying === undefined) held.state = { ...held.state, tries: 0 }
    await Promise.all(over.map((held) => this.#try(held)))
    return over.length > 0
  }

  /** The account is removed: what would open these is gone. */
  async forget(accountId: string): Promise<void> {
    await Promise.all(this.#ofAccount(accountId).map(({ session }) => this.release(session.id)))
  }

  /** Tries each whose time has come. */
  async run(): Promise<void> {
    const now = this.#options.now()
    const due = [...this.#held.values()].filter(({ isOver, state: { nextTryAt } }) => isOver && nextTryAt !== undefined && nextTryAt <= now)
    await Promise.all(due.map((held) => this.#try(held)))
  }

  #try(held: Held): Promise<void> {
    held.trying ??= this.#tryOnce(held).finally(() => {
      delete held.trying
    })
    return held.trying
  }

  async #tryOnce(held: Held): Promise<void> {
    const { login, log, now } = this.#options
    const { session, state } = held
    const signedOut = await signOutAtSite(session, login, log)
    if (signedOut === 'done' || (signedOut === 'no-way' && (await hasEndedAtSite(session, login)))) return this.release(session.id)
    const wait = waits[state.tries]
    held.state = { since: state.since, tries: state.tries + 1, ...(wait === undefined ? {} : { nextTryAt: now() + wait }) }
    // Forgotten meanwhile, it stays so.
    if (this.#held.get(session.id) === held) await this.#write(held)
  }

  /** Oldest first. */
  #ofAccount(accountId: string): Held[] {
    return [...this.#held.values()].filter(({ session }) => session.account.id === accountId)
  }

  async #write({ session, state }: Held): Promise<void> {
    const { vault, accounts, log } = this.#options
    const { account, id } = session
    // Removed while the site was told: sealing would make it a new key.
    if (accounts.account(account.id) === undefined) return
    try {
      const sealed = await vault.seal(refOf(account, id), Buffer.from(JSON.stringify(session.snapshot())))
      if (accounts.account(account.id) !== undefined && this.#held.has(id)) await this.#records.put(id, { ...state, accountId: account.id, sealed })
    } catch (error) {
      log.warn({ account: account.id, err: error }, 'an ended session of which there are copies could not be stored')
    }
  }

  async #restore(id: string, { accountId, sealed }: LingeringRecord): Promise<LiveSession | undefined> {
    const { accounts, vault, log } = this.#options
    const account = accounts.account(accountId)
    const site = account && accounts.site(account.siteId)
    if (account === undefined || site === undefined) return undefined
    try {
      const snapshot = JSON.parse((await vault.open(refOf(account, id), sealed)).toString()) as SessionSnapshot
      return LiveSession.restore(account, site, await accounts.credential(accountId), snapshot, () => {})
    } catch (error) {
      log.warn({ account: accountId, err: error }, 'an ended session of which there are copies could not be restored')
      return undefined
    }
  }
}

function stateOf({ since, tries, nextTryAt }: LingeringRecord): Held['state'] {
  return { since, tries, ...(nextTryAt === undefined ? {} : { nextTryAt }) }
}

function refOf({ owner, id }: { readonly owner: string; readonly id: string }, session: string): SealRef {
  return { owner, account: id, record: `ended session ${session}` }
}
