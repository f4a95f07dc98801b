import { randomUUID } from 'node:crypto'
import type { Challenge } from '../../../adapters/index.ts'
import type { Account, Accounts, Credential, Site } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import type { Login, LoginStep, SignInOutcome } from '../../login/index.ts'
import type { Route } from '../../outbound/index.ts'
import type { PasswordChangeTold, SessionEvent } from '../contract.ts'
import type { Tries } from '../failures/tries.ts'
import type { LiveSession } from '../live/site-session.ts'
import { beginRoute } from './begin-route.ts'
import type { Challenges } from './challenges.ts'

export interface FlightOptions {
  readonly account: Account
  readonly site: Site
  readonly accounts: Accounts
  readonly login: Login
  readonly tries: Pick<Tries, 'begin' | 'settle' | 'interrupted'>
  readonly challenges: Challenges
  readonly personSeconds: number
  readonly now: () => number
  readonly emit: (event: SessionEvent) => void
}

/** What a flight is for: a sign-in, or a change of the password with the sign-ins that go with it. */
export type Errand = (tools: FlightTools) => Promise<Landing>

/** What an errand works with. */
export interface FlightTools extends Pick<FlightOptions, 'account' | 'site' | 'accounts' | 'login'> {
  readonly signal: AbortSignal
  readonly route: Route
  /** What comes of it is to be stored; then `settleTry`, or the flight lands. */
  signIn(credential: Credential, version: number): Promise<SignInOutcome>
  settleTry(): Promise<void>
  /** How often a try of this version was cut short, the last times in a row. */
  interrupted(version: number): number
  onStep(step: LoginStep): void
  ask(challenge: Challenge): Promise<string>
  tellChange(account: Account, change: PasswordChangeTold): void
}

/** How a flight ended. */
export interface Landing {
  /** With the version of the credential that the outcome is of. */
  readonly account: Account
  readonly outcome: SignInOutcome
  readonly change?: PasswordChangeTold
  /** A session that was there before and goes on: the outcome was of a sign-in beside it. */
  readonly goesOn?: LiveSession
}

/** One errand under way, shared by all who ask for the account's session meanwhile. */
export class SignInFlight {
  readonly id = randomUUID()
  readonly landing: Promise<Landing>
  /** Resolves when a person is asked for the first time. */
  readonly personAsked: Promise<void>
  /** Of all that it does at the site, and of the session that it yields. */
  readonly route = beginRoute()
  readonly #ending = new AbortController()
  #tellAsked: () => void = () => {}

  constructor(options: FlightOptions, errand: Errand) {
    this.personAsked = new Promise((resolve) => {
      this.#tellAsked = resolve
    })
    this.landing = this.#fly(options, errand)
  }

  abort(): void {
    this.#ending.abort()
  }

  get aborted(): boolean {
    return this.#ending.signal.aborted
  }

  async #fly({ account, site, accounts, login, tries, challenges, personSeconds, now, emit }: FlightOptions, errand: Errand): Promise<Landing> {
    const attempt = this.id
    const { route } = this
    const { signal } = this.#ending
    emit({ type: 'started', account, attempt, at: now() })
    const told = {
      signal,
      route,
      // What still comes after it was ended is nobody's concern.
      onStep: (step: LoginStep) => {
        if (!signal.aborted) emit({ type: 'step', account, attempt, step, at: now() })
      },
      ask: (challenge: Challenge) =>
        challenges.ask(account, challenge, personSeconds, signal, ({ id, expiresAt }) => {
          emit({ type: 'challenge', account, attempt, id, expiresAt, at: now() })
          this.#tellAsked()
        }),
    }
    return errand({
      ...told,
      account,
      site,
      accounts,
      login,
      signIn: (credential, version) =>
        login.signIn({
          ...told,
          site,
          account: { ...account, credentialVersion: version },
          credential,
          beforeItLeaves: () => tries.begin(account.id, version),
        }),
      settleTry: () => tries.settle(account.id),
      interrupted: (version) => tries.interrupted(account.id, version),
      tellChange: (changed, change) => emit({ type: 'password', account: changed, attempt, ...change, at: now() }),
    })
  }
}

/** Waits for a promise that others share: one caller who gives up does not stop it. */
export async function waitFor<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return shared
  if (signal.aborted) throw gaveUp()
  let onAbort: () => void = () => {}
  const abandoned = new Promise<never>((_, reject) => {
    onAbort = () => reject(gaveUp())
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([shared, abandoned])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function gaveUp(): RelayError {
  return new RelayError('bad_request', { params: { problem: 'the client went away before the sign-in was done' } })
}
