import type { Logger } from 'pino'
import type { Config } from '../../config/index.ts'
import type { Account, Accounts, Site } from '../accounts/index.ts'
import { RelayError } from '../errors.ts'
import type { Login } from '../login/index.ts'
import type { Store } from '../store/index.ts'
import type { Vault } from '../vault/index.ts'
import type { EndReason, SessionEvent, Sessions, SiteSession, Tickets } from './contract.ts'
import { SessionEvents } from './events.ts'
import { Cooldown } from './failures/cooldown.ts'
import { FailedSignIns } from './failures/failed-sign-ins.ts'
import { attentionError, endedByPerson, failureError, isFrozen } from './failures/failure.ts'
import { type KeptSnapshot, Snapshots } from './failures/snapshots.ts'
import { Tries } from './failures/tries.ts'
import { StoredGivenCopies } from './live/given-copies.ts'
import { LingeringSessions } from './live/lingering-sessions.ts'
import { LiveSessions } from './live/live-sessions.ts'
import { SessionFile } from './live/session-file.ts'
import { LiveSession, type NewSession } from './live/site-session.ts'
import { PlaceholderSignIns } from './on-site-pages/page-sign-ins.ts'
import { OfferedRegistrations } from './on-site-pages/registrations.ts'
import { confirmErrand, rotationErrand } from './password-changes/change-errands.ts'
import { ConfirmLimit } from './password-changes/confirm-limit.ts'
import { RotationSchedule } from './password-changes/rotation-schedule.ts'
import { Challenges } from './sign-ins/challenges.ts'
import { signInErrand } from './sign-ins/sign-in-errand.ts'
import { type Errand, type Landing, SignInFlight, waitFor } from './sign-ins/sign-in-flight.ts'
import { createTickets } from './tickets/tickets.ts'

export interface SessionsOptions {
  readonly store: Store
  readonly vault: Vault
  readonly accounts: Accounts
  readonly login: Login
  readonly settings: Pick<Config['sessions'], 'ticketSeconds'> & Pick<Config['login'], 'personSeconds'>
  /** False: one command runs the relay for itself. What no command asked for is then left to the next relay that serves; default: true. */
  readonly serves?: boolean
  readonly now?: () => number
  readonly log: Logger
}

export function createSessions(options: SessionsOptions): Sessions {
  return new RelaySessions(options)
}

/** A flight, what it yields, and whether somebody waits for that beside who began it. */
interface Entry {
  readonly account: Account
  readonly flight: SignInFlight
  readonly result: Promise<SiteSession>
  isShared: boolean
}

class RelaySessions implements Sessions {
  readonly tickets: Tickets
  readonly copies: StoredGivenCopies
  readonly pageSignIns: PlaceholderSignIns
  readonly registrations: OfferedRegistrations
  readonly #accounts: Accounts
  readonly #login: Login
  readonly #log: Logger
  readonly #now: () => number
  readonly #personSeconds: number
  readonly #serves: boolean
  readonly #file: SessionFile
  readonly #snapshots: Snapshots
  readonly #tries: Tries
  readonly #challenges: Challenges
  readonly #cooldown: Cooldown
  readonly #failures: FailedSignIns
  readonly #events = new SessionEvents()
  readonly #live: LiveSessions
  readonly #lingering: LingeringSessions
  readonly #flights = new Map<string, Entry>()
  readonly #confirmations: ConfirmLimit
  readonly #schedule: RotationSchedule
  #isStopping = false
  #stopWatching: () => void = () => {}

  constructor({ store, vault, accounts, login, settings, serves = true, now = Date.now, log }: SessionsOptions) {
    this.#accounts = accounts
    this.#login = login
    this.#log = log
    this.#now = now
    this.#personSeconds = settings.personSeconds
    this.#serves = serves
    this.#file = new SessionFile({ store, vault, accounts, onFailure: (error) => log.warn({ err: error }, 'a site session could not be stored or restored') })
    this.#lingering = new LingeringSessions({ store, vault, accounts, login, serves, now, log })
    const isCopied = (session: SiteSession) => this.copies.isOf(session)
    this.#live = new LiveSessions({ file: this.#file, accounts, login, log, isCopied, lingering: this.#lingering })
    const onFailure = (error: unknown) => log.warn({ err: error }, 'what a failed sign-in has seen could not be stored')
    this.#snapshots = new Snapshots({ store, vault, accounts, onFailure })
    this.#tries = new Tries({ store, accounts, now })
    this.#challenges = new Challenges(now)
    this.#cooldown = new Cooldown(now)
    this.#failures = new FailedSignIns({
      accounts,
      tries: this.#tries,
      cooldown: this.#cooldown,
      snapshots: this.#snapshots,
      emit: (event) => this.#events.emit(event),
      now,
      log,
    })
    this.#confirmations = new ConfirmLimit(now)
    this.#schedule = new RotationSchedule({ accounts, now, log, isLive: (id) => this.live(id) !== undefined, rotate: (id) => this.rotate(id) })
    this.pageSignIns = new PlaceholderSignIns({
      accounts,
      login,
      now,
      adopt: (...made) => this.#adopt(...made),
      refused: async (account, seen) =>
        void (await accounts.setAttention(account.id, { reason: 'wrong-password', seen, since: now() }, account.credentialVersion)),
    })
    const { personSeconds } = settings
    this.registrations = new OfferedRegistrations({
      accounts,
      login,
      now,
      personSeconds,
      challenges: this.#challenges,
      adopt: (...made) => this.#adopt(...made),
      emit: (event) => this.#events.emit(event),
      signIn: (id) => this.ensure(id, { fresh: true }),
    })
    this.tickets = createTickets({ store, now, seconds: settings.ticketSeconds })
    this.copies = new StoredGivenCopies({ store, now, live: (id) => this.#live.get(id), lingering: (id) => this.#lingering.of(id), log })
  }

  async start(): Promise<void> {
    await this.#tries.load()
    await this.#live.load()
    await this.#lingering.load(({ accountId, id }) => this.#live.get(accountId)?.id === id)
    await this.copies.load()
    // Those whose credential was replaced when nobody looked end now, at their sites too.
    if (this.#serves) this.listLive()
    this.#stopWatching = this.#accounts.onAccountRemoved((account) => {
      void this.#end(account.id, 'removed')
      void this.#lingering.forget(account.id)
      void this.tickets.revoke(account.id).catch((error) => this.#log.warn({ err: error }, 'the tickets of a removed account could not be removed'))
      void this.#snapshots.forget(account.id).catch((error) => this.#log.warn({ err: error }, 'the snapshot of a removed account could not be removed'))
      void this.#tries.forget(account.id).catch((error) => this.#log.warn({ err: error }, 'the tries of a removed account could not be removed'))
      this.#events.forget(account.id)
      this.#cooldown.clear(account.id)
    })
    if (this.#serves) this.#schedule.start()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#stopWatching()
    this.#schedule.stop()
    await this.registrations.stop()
    for (const { flight } of this.#flights.values()) flight.abort()
    await Promise.allSettled([...this.#flights.values()].map(({ result }) => result))
    await this.#live.stop()
    await this.#lingering.stop()
  }

  live(accountId: string): LiveSession | undefined {
    const session = this.#live.get(accountId)
    if (session === undefined || !this.#isVoid(session)) return session
    // What is under way may be what replaces it: the session it yields takes the place of this one.
    if (this.#serves && !this.#flights.has(accountId)) void this.#end(accountId, 'removed')
    return undefined
  }

  listLive(owner?: string): SiteSession[] {
    return this.#live.all().filter((session) => this.live(session.account.id) === session && (owner === undefined || session.account.owner === owner))
  }

  listHeld(owner: string): SiteSession[] {
    return this.#live.all().filter(({ account }) => account.owner === owner)
  }

  async ensure(accountId: string, options: { fresh?: boolean; wait?: boolean; signal?: AbortSignal } = {}): Promise<SiteSession> {
    const { fresh = false, wait = true, signal } = options
    const present = fresh ? undefined : this.live(accountId)
    if (present !== undefined) return present
    const { flight, result } = this.#join(accountId) ?? this.#begin(accountId, fresh)
    if (wait) return waitFor(result, signal)
    const pending = flight.personAsked.then((): never => {
      throw new RelayError('captcha_pending', { params: { site: this.#known(accountId).siteId } })
    })
    return waitFor(Promise.race([result, pending]), signal)
  }

  async rotate(accountId: string, { person = false }: { person?: boolean } = {}): Promise<Account> {
    const under = this.#flights.get(accountId)
    if (under !== undefined) {
      await under.result.catch(() => {})
      return this.rotate(accountId, { person })
    }
    const account = this.#known(accountId)
    const site = this.#accounts.site(account.siteId)
    if (site === undefined || !this.#login.canChangePassword(site)) {
      throw new RelayError('password_not_changeable', { params: { account: account.name, reason: `the adapter ${site?.adapter ?? ''} does not know how` } })
    }
    const wasLive = this.live(accountId) !== undefined
    const entry = this.#begin(accountId, person, rotationErrand)
    await entry.result
    if (!wasLive && !entry.isShared) await this.#end(accountId, 'done')
    const { change } = await entry.flight.landing
    if (change?.result === 'taken') return this.#known(accountId)
    throw new RelayError('rotation_failed', { params: { account: account.name, reason: change?.seen.join('; ') ?? 'the site did not say' } })
  }

  async confirmChange(accountId: string, password: string): Promise<boolean> {
    const under = this.#flights.get(accountId)
    if (under !== undefined) await under.result.catch(() => {})
    if (!this.#confirmations.allows(accountId) || this.#flights.has(accountId)) return false
    // At once: the site may have ended the session, and who needs the next one is not to sign in with the password before meanwhile.
    const propose = () => this.#accounts.propose(accountId, { password })
    const entry = this.#begin(
      accountId,
      false,
      confirmErrand(propose, () => this.#live.get(accountId)),
    )
    const landing = await entry.flight.landing
    await entry.result.catch(() => {})
    const isTaken = landing.change?.result === 'taken'
    if (!isTaken) this.#confirmations.failed(accountId)
    return isTaken
  }

  touch(session: SiteSession): void {
    ;(session as LiveSession).lastUsedAt = this.#now()
  }

  isBusy(accountId: string): boolean {
    return this.#flights.has(accountId) || this.pageSignIns.isUnderWay(accountId)
  }

  looksSignedOut(session: SiteSession, facts: Parameters<Login['looksSignedOut']>[1]): boolean {
    return this.#login.looksSignedOut(session.site, facts)
  }

  dropEnded(session: SiteSession): void {
    const { account } = session
    if (!this.#live.drop(session as LiveSession)) return
    this.#events.emit({ type: 'ended', account, reason: 'site', at: this.#now() })
    this.#schedule.used(account.id)
  }

  async end(accountId: string): Promise<boolean> {
    this.pageSignIns.end(accountId)
    const lingering = this.#lingering.endAgain(accountId)
    const [ended] = await Promise.all([this.#end(accountId, 'person'), this.tickets.revoke(accountId)])
    if (ended) this.#schedule.used(accountId)
    return (await lingering) || ended
  }

  endLingering(accountId: string): Promise<boolean> {
    return this.#lingering.endAgain(accountId)
  }

  async snapshot(accountId: string): Promise<KeptSnapshot | undefined> {
    return this.#snapshots.find(this.#known(accountId))
  }

  recent(accountId: string) {
    return this.#events.recent(accountId)
  }

  onEvent(listener: Parameters<Sessions['onEvent']>[0]): () => void {
    return this.#events.listen(listener)
  }

  challenges(owner?: string) {
    return this.#challenges.list(owner)
  }

  answer(challengeId: string, answer: string): boolean {
    return this.#challenges.answer(challengeId, answer)
  }

  reloadChallenge(challengeId: string): Promise<boolean> {
    return this.#challenges.reload(challengeId)
  }

  /** What is under way for this account, with one more who waits for it. */
  #join(accountId: string): Entry | undefined {
    const entry = this.#flights.get(accountId)
    if (entry !== undefined) entry.isShared = true
    return entry
  }

  /** Starts the one errand of this account that all callers share. */
  #begin(accountId: string, person: boolean, errand: Errand = signInErrand): Entry {
    const account = this.#known(accountId)
    const site = this.#accounts.site(account.siteId)
    if (site === undefined) throw new RelayError('site_unknown', { params: { site: account.siteId } })
    this.#checkUntouched(account, person)
    // A relay that does not serve has left it at its site so far.
    const present = this.#live.get(accountId)
    if (present !== undefined && this.#isVoid(present)) void this.#end(accountId, 'removed')
    const options = {
      account,
      site,
      accounts: this.#accounts,
      login: this.#login,
      tries: this.#tries,
      challenges: this.#challenges,
      personSeconds: this.#personSeconds,
      now: this.#now,
      emit: (event: SessionEvent) => this.#events.emit(event),
    }
    const flight = new SignInFlight(options, errand)
    const result = this.#land(flight, account).finally(() => this.#flights.delete(accountId))
    // Callers who gave up do not make a failure an unhandled one.
    result.catch(() => {})
    const entry = { account, flight, result, isShared: false }
    this.#flights.set(accountId, entry)
    return entry
  }

  /** Law 3. A wrong password stays until it is replaced; what else needed attention, a person who asks for a sign-in has attended to. */
  #checkUntouched(account: Account, person: boolean): void {
    if (account.attention !== undefined && (!person || isFrozen(account))) throw attentionError(account, account.attention)
    if (!person) this.#tries.checkClosed(account)
    const held = person ? undefined : this.#cooldown.holding(account.id)
    if (held !== undefined) throw failureError(account, held)
  }

  /** Makes the outcome of a flight a session or an error, and remembers either. */
  async #land(flight: SignInFlight, begun: Account): Promise<SiteSession> {
    const attempt = flight.id
    const landing = await flight.landing.catch((error: unknown) => this.#failures.broke(begun, attempt, error))
    const { account, outcome } = landing
    // What a relay that stops has sent is not known to the next one either.
    if (flight.aborted && !this.#isStopping) await this.#tries.settle(account.id)
    if (flight.aborted) throw endedByPerson(begun)
    if (landing.goesOn !== undefined) return this.#goOn(landing, landing.goesOn)
    if (!outcome.ok) throw await this.#failures.failed(account, attempt, outcome)
    this.#cooldown.clear(account.id)
    if (account.attention !== undefined) await this.#accounts.setAttention(account.id, undefined, account.credentialVersion)
    const current = this.#accounts.account(account.id)
    const site = current && this.#accounts.site(current.siteId)
    if (current === undefined || site === undefined || current.credentialVersion !== account.credentialVersion) {
      await this.#tries.settle(account.id)
      throw new RelayError('account_unknown', { params: { account: account.name } })
    }
    const session = LiveSession.begin(current, site, { ...outcome, route: flight.route }, this.#now(), this.#live.saveSoon)
    const kept = await this.#live
      // One that a relay which stops has stored is the next one's.
      .keep(session, { beside: () => this.#tries.settle(account.id), isOver: () => flight.aborted && !this.#isStopping })
      .catch((error: unknown) => this.#failures.broke(account, attempt, error))
    if (!kept) throw endedByPerson(begun)
    this.#log.info({ account: account.id, site: account.siteId, timing: outcome.timing }, 'signed in')
    this.#events.emit({ type: 'signed-in', account: current, attempt, evidence: outcome.evidence, timing: outcome.timing, at: this.#now() })
    return session
  }

  /** A session that was begun otherwise than by a flight: by a person on the site's own page, or with the proof of a registration. */
  async #adopt(account: Account, site: Site, fresh: NewSession): Promise<void> {
    const session = LiveSession.begin(account, site, fresh, this.#now(), this.#live.saveSoon)
    if (!(await this.#live.keep(session))) return
    this.#cooldown.clear(account.id)
    if (account.attention !== undefined) await this.#accounts.setAttention(account.id, undefined, account.credentialVersion)
    const attempt = session.id
    const at = this.#now()
    this.#events.emit({ type: 'started', account, attempt, at })
    this.#events.emit({ type: 'signed-in', account, attempt, evidence: fresh.evidence, timing: { total: 0, network: 0, captcha: 0, person: 0, relay: 0 }, at })
  }

  /** The session that is live stays; its account may have another credential now. */
  async #goOn({ account, change }: Landing, session: LiveSession): Promise<SiteSession> {
    this.#log.info({ account: account.id, site: account.siteId, result: change?.result, seen: change?.seen }, 'a password that was changed at the site')
    if (change?.result !== 'taken' || this.#live.get(account.id) !== session) return session
    session.goOnAs(account)
    await this.#file.save(session)
    return session
  }

  /** Ends a session here at once, then at the site (law 7). */
  async #end(accountId: string, reason: EndReason): Promise<boolean> {
    const under = this.#flights.get(accountId)
    under?.flight.abort()
    const ended = this.#live.end(accountId)
    const account = ended?.account ?? under?.account
    if (account === undefined) return false
    this.#events.emit({ type: 'ended', account, reason, at: this.#now() })
    await ended?.gone
    return true
  }

  /** Its credential was replaced or its account frozen, or its site has moved, since it was obtained. */
  #isVoid(session: LiveSession): boolean {
    return !session.isOf(this.#accounts.account(session.account.id)) || !session.isAt(this.#accounts.site(session.site.id))
  }

  #known(accountId: string): Account {
    const account = this.#accounts.account(accountId)
    if (account === undefined) throw new RelayError('account_unknown', { params: { account: accountId } })
    return account
  }
}
