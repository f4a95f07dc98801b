import type { Logger } from 'pino'
import type { Account, Accounts } from '../../accounts/index.ts'
import type { RelayError } from '../../errors.ts'
import type { SignInOutcome } from '../../login/index.ts'
import type { SessionEvent } from '../contract.ts'
import type { Cooldown } from './cooldown.ts'
import { attentionFor, failureError, nextAfter } from './failure.ts'
import type { Snapshots } from './snapshots.ts'
import type { Tries } from './tries.ts'

export interface FailedSignInsOptions {
  readonly accounts: Pick<Accounts, 'setAttention'>
  readonly tries: Pick<Tries, 'settle' | 'lose'>
  readonly cooldown: Pick<Cooldown, 'failed'>
  readonly snapshots: Pick<Snapshots, 'keep'>
  readonly emit: (event: SessionEvent) => void
  readonly now: () => number
  readonly log: Logger
}

/** What follows from a sign-in that came to nothing: its account is left alone, for a while or until a person acts (law 3). */
export class FailedSignIns {
  readonly #options: FailedSignInsOptions

  constructor(options: FailedSignInsOptions) {
    this.#options = options
  }

  /** The site, or what the relay read of it, is why. The error is for those who asked; rejects where what follows cannot be stored. */
  failed(account: Account, attempt: string, outcome: Extract<SignInOutcome, { ok: false }>): Promise<RelayError> {
    return this.#conclude(account, attempt, outcome).catch((error: unknown) => this.broke(account, attempt, error))
  }

  async #conclude(account: Account, attempt: string, outcome: Extract<SignInOutcome, { ok: false }>): Promise<RelayError> {
    const { accounts, tries, cooldown, snapshots, emit, now, log } = this.#options
    const attention = attentionFor(outcome, now())
    if (attention === undefined) cooldown.failed(account.id, outcome)
    else await accounts.setAttention(account.id, attention, account.credentialVersion)
    await tries.settle(account.id)
    const { kind, seen, snapshot, cause } = outcome
    if (snapshot !== undefined) await snapshots.keep(account, { ...snapshot, at: now() })
    log.warn({ account: account.id, site: account.siteId, kind, seen, err: cause }, 'sign-in failed')
    emit({ type: 'failed', account, attempt, kind, seen, next: nextAfter(attention?.reason ?? kind, account), at: now() })
    return failureError(account, outcome, attention)
  }

  /** The relay itself is why: those who watch it see its end all the same, and a password that had left is not sent again by itself. */
  async broke(account: Account, attempt: string, error: unknown): Promise<never> {
    const { tries, cooldown, emit, now, log } = this.#options
    log.error({ account: account.id, site: account.siteId, err: error }, 'a sign-in broke')
    const failure = { kind: 'unknown', seen: ['something went wrong inside the relay; its log says what'] } as const
    cooldown.failed(account.id, failure)
    emit({ type: 'failed', account, attempt, ...failure, next: 'Look at the log of the relay, then sign in again.', at: now() })
    // What broke is most often the store.
    await tries.lose(account.id).catch((again: unknown) => log.error({ account: account.id, err: again }, 'that a password had left could not be stored'))
    throw error
  }
}
