import { RelayError } from '../../errors.ts'
import { nameKey } from '../user-rules.ts'
import { GrowingWaits, networkOf } from './growing-waits.ts'

const longest = 15 * 60_000
const mostKnown = 10_000
const rules = { free: 3, first: 1_000, longest }
const userRules = { ...rules, remembered: 24 * 3_600_000 }
/** An address is often shared, and a pass does not clear it, so it is forgiven sooner. */
const addressRules = { ...rules, remembered: longest }

/** A try under way. It counts as failed from its start, so that many at once gain nothing. */
export interface Attempt {
  /** It succeeded: the user's count begins anew; the address's goes back to what it was, or one's own account would clear the way to guess at others. */
  passed(): void
  /** It was not carried out. */
  withdrawn(): void
}

/**
 * Growing delay per user name, whether the user exists or not, and per address. In memory, bounded.
 * From an address where the user has signed in before, his tries are counted apart: a stranger who guesses at his name
 * elsewhere cannot lock him out there (OWASP ASVS 6.1.1).
 */
export class SignInThrottle {
  readonly #waits: GrowingWaits
  readonly #known = new Set<string>()

  constructor(now: () => number) {
    this.#waits = new GrowingWaits(now)
  }

  /** A try that names nobody: it counts for its address alone. `too_many_tries`, with the seconds to wait. */
  beginUnnamed(address: string): Attempt {
    const from = `address ${networkOf(address)}`
    this.#checkWait(from)
    const back = this.#waits.countFailure(from, addressRules)
    return { passed: back, withdrawn: back }
  }

  /** `too_many_tries`, with the seconds to wait. */
  begin(name: string, address: string): Attempt {
    const from = `address ${networkOf(address)}`
    const pair = `${from} user ${nameKey(name.slice(0, 256))}`
    const user = this.#known.has(pair) ? pair : pair.slice(from.length + 1)
    this.#checkWait(user)
    this.#checkWait(from)
    const backUser = this.#waits.countFailure(user, userRules)
    const backAddress = this.#waits.countFailure(from, addressRules)
    return {
      passed: () => {
        this.#waits.forget(user)
        this.#remember(pair)
        backAddress()
      },
      withdrawn: () => {
        backUser()
        backAddress()
      },
    }
  }

  /** Who he is was proved otherwise: what was counted against this name, wherever it was typed, is forgotten. Addresses keep their counts. */
  forgive(name: string): void {
    const user = `user ${nameKey(name)}`
    this.#waits.forget(user)
    for (const pair of this.#known) if (pair.slice(pair.indexOf(' user ') + 1) === user) this.#waits.forget(pair)
  }

  #remember(pair: string): void {
    this.#known.delete(pair)
    this.#known.add(pair)
    const [oldest] = this.#known
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest)
  }

  #checkWait(key: string): void {
    const wait = this.#waits.waitOf(key)
    if (wait > 0) throw new RelayError('too_many_tries', { params: { seconds: Math.ceil(wait / 1000) } })
  }
}
