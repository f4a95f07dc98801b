import type { FailureKind } from '../../../adapters/index.ts'

/** A sign-in that failed a moment ago. */
export interface RecentFailure {
  readonly kind: FailureKind
  readonly seen: readonly string[]
}

const firstPause = 5_000
const longestPause = 300_000

/**
 * After a failure that is no fault of the credential, requests that come in do not knock at the site again at once:
 * the pause doubles from 5 seconds to 5 minutes. A person who asks for a sign-in is not held up by it.
 */
export class Cooldown {
  readonly #now: () => number
  readonly #failures = new Map<string, { failure: RecentFailure; until: number; pause: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  failed(accountId: string, failure: RecentFailure): void {
    const before = this.#failures.get(accountId)
    const pause = before === undefined ? firstPause : Math.min(before.pause * 2, longestPause)
    this.#failures.set(accountId, { failure, pause, until: this.#now() + pause })
  }

  clear(accountId: string): void {
    this.#failures.delete(accountId)
  }

  /** The failure that still holds requests back. */
  holding(accountId: string): RecentFailure | undefined {
    const entry = this.#failures.get(accountId)
    return entry !== undefined && entry.until > this.#now() ? entry.failure : undefined
  }
}
