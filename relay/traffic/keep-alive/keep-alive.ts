import type { Logger } from 'pino'
import type { Accounts, KeepAlivePolicy } from '../../accounts/index.ts'
import { type Family, labelled } from '../../metrics/index.ts'
import type { Outbound } from '../../outbound/index.ts'
import type { Sessions, SiteSession } from '../../sessions/index.ts'
import type { LiveTraffic } from '../live/live-traffic.ts'
import { type PingOutcome, sendPing } from './send-ping.ts'
import { whenDue } from './when-due.ts'

export interface KeepAliveOptions {
  readonly accounts: Pick<Accounts, 'account' | 'site'>
  readonly sessions: Pick<Sessions, 'listLive' | 'live' | 'isBusy' | 'looksSignedOut' | 'dropEnded'>
  readonly outbound: Pick<Outbound, 'forward'>
  readonly live: Pick<LiveTraffic, 'isInUse' | 'closeUpgrades'>
  readonly now: () => number
  readonly log: Logger
}

/** Holds sessions open by the policies of their accounts. It never signs in, and what it asks is no use of the account. */
export interface KeepAlive {
  start(): Promise<void>
  stop(): Promise<void>
  /** Looks now which sessions are due, and asks for them; resolves when all have answered. */
  run(): Promise<void>
  families(): readonly Family[]
}

export function createKeepAlive(options: KeepAliveOptions): KeepAlive {
  return new SessionKeeper(options)
}

/** Milliseconds. */
const lookEvery = 10_000
/** Sites asked at once. */
const mostAtOnce = 8

class SessionKeeper implements KeepAlive {
  readonly #options: KeepAliveOptions
  readonly #lastPing = new WeakMap<SiteSession, number>()
  readonly #underWay = new Map<SiteSession, Promise<void>>()
  readonly #outcomes = new Map<PingOutcome, number>([
    ['alive', 0],
    ['ended', 0],
    ['failed', 0],
  ])
  #ending = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(options: KeepAliveOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#ending = new AbortController()
    this.#timer = setInterval(() => void this.run(), lookEvery)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#ending.abort()
    await Promise.all(this.#underWay.values())
  }

  async run(): Promise<void> {
    for (const session of this.#options.sessions.listLive()) {
      if (this.#underWay.size >= mostAtOnce) break
      if (this.#underWay.has(session)) continue
      const policy = this.#due(session)
      if (policy === undefined) continue
      const ping = this.#ping(session, policy).finally(() => this.#underWay.delete(session))
      this.#underWay.set(session, ping)
    }
    await Promise.all(this.#underWay.values())
  }

  families(): readonly Family[] {
    const help = 'Pages asked for to hold a session open: it is alive, the site had ended it, or the site did not answer.'
    return [labelled('login_relay_keep_alive_pings_total', 'counter', help, 'outcome', this.#outcomes)]
  }

  #due(session: SiteSession): KeepAlivePolicy | undefined {
    const { accounts, sessions, live, now } = this.#options
    const { id, siteId } = session.account
    const due = whenDue({
      account: accounts.account(id),
      site: accounts.site(siteId),
      now: now(),
      lastUsedAt: session.lastUsedAt,
      isInUse: live.isInUse(session),
      lastPingAt: this.#lastPing.get(session),
      isBusy: sessions.isBusy(id),
    })
    return typeof due === 'string' ? undefined : due
  }

  async #ping(session: SiteSession, policy: KeepAlivePolicy): Promise<void> {
    const { outbound, sessions, live, now, log } = this.#options
    this.#lastPing.set(session, now())
    const outcome = await sendPing(session, policy, { outbound, sessions, signal: this.#ending.signal })
    if (outcome === undefined) return
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
    log.debug({ account: session.account.id, site: session.site.id, outcome }, 'asked for a page to hold the session open')
    if (outcome !== 'ended' || sessions.live(session.account.id) !== session) return
    // No sign-in follows: the next who uses it asks for one.
    sessions.dropEnded(session)
    live.closeUpgrades(session)
  }
}
