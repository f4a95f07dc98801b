import { randomUUID } from 'node:crypto'
import type { Account, Accounts, Site } from '../accounts/index.ts'
import { RelayError } from '../errors.ts'
import type { Login, SignInOutcome } from '../login/index.ts'
import type { Challenges } from './challenges.ts'
import type { SessionEvent } from './contract.ts'

export interface FlightOptions {
  readonly account: Account
  readonly site: Site
  readonly accounts: Accounts
  readonly login: Login
  readonly challenges: Challenges
  readonly personSeconds: number
  readonly now: () => number
  readonly emit: (event: SessionEvent) => void
}

/** One sign-in under way, shared by all who ask for the account meanwhile. */
export class SignInFlight {
  readonly id = randomUUID()
  readonly outcome: Promise<SignInOutcome>
  /** Resolves when a person is asked for the first time. */
  readonly personAsked: Promise<void>
  readonly #ending = new AbortController()
  #tellAsked: () => void = () => {}

  constructor(options: FlightOptions) {
    this.personAsked = new Promise((resolve) => {
      this.#tellAsked = resolve
    })
    this.outcome = this.#fly(options)
  }

  abort(): void {
    this.#ending.abort()
  }

  get aborted(): boolean {
    return this.#ending.signal.aborted
  }

  async #fly({ account, site, accounts, login, challenges, personSeconds, now, emit }: FlightOptions): Promise<SignInOutcome> {
    const attempt = this.id
    const { signal } = this.#ending
    emit({ type: 'started', account, attempt, at: now() })
    const credential = await accounts.credential(account.id)
    return login.signIn({
      site,
      account,
      credential,
      signal,
      // What still comes after it was ended is nobody's concern.
      onStep: (step) => {
        if (!signal.aborted) emit({ type: 'step', account, attempt, step, at: now() })
      },
      ask: (challenge) =>
        challenges.ask(account, challenge, personSeconds, signal, ({ id, expiresAt }) => {
          emit({ type: 'challenge', account, attempt, id, expiresAt, at: now() })
          this.#tellAsked()
        }),
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
