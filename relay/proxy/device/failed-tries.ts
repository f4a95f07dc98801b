import { RelayError } from '../../errors.ts'
import { GrowingWaits, networkOf } from '../../identity/index.ts'

/** A browser whose device was revoked presents it with every request of a page: dozens at once are no guessing. */
const rules = { free: 30, first: 1_000, longest: 60_000, remembered: 15 * 60_000 }

/**
 * Credentials at the proxy that no device has, by the network they come from. Good ones are never asked of it: whoever else is behind the
 * same address goes on.
 */
export class FailedTries {
  readonly #waits: GrowingWaits

  /** `now`: milliseconds, of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#waits = new GrowingWaits(now)
  }

  /** One more: what to answer. `proxy_auth_required`, or `too_many_tries` while there is a wait; a try meanwhile does not lengthen it. */
  refusal(address: string): RelayError {
    const from = networkOf(address)
    const wait = this.#waits.waitOf(from)
    if (wait > 0) return new RelayError('too_many_tries', { params: { seconds: Math.ceil(wait / 1000) } })
    this.#waits.countFailure(from, rules)
    return new RelayError('proxy_auth_required')
  }
}
