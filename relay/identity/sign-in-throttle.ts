import ipaddr from 'ipaddr.js'
import { RelayError } from '../errors.ts'
import { nameKey } from './user-rules.ts'

/** So many failures in a row cost nothing; from this one on each doubles the wait. */
const freeFailures = 3
const firstWait = 1_000
const longestWait = 15 * 60_000
const mostEntries = 10_000

/** How long failures are remembered after the last one. An address is often shared, and a pass does not clear it, so it is forgiven sooner. */
const memory = { user: 24 * 3_600_000, address: longestWait }

interface Entry {
  failures: number
  /** No try before this time. */
  until: number
  forgottenAt: number
}

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
  readonly #entries = new Map<string, Entry>()
  readonly #known = new Set<string>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** `too_many_tries`, with the seconds to wait. */
  begin(name: string, address: string): Attempt {
    const from = `address ${network(address)}`
    const pair = `${from} user ${nameKey(name.slice(0, 256))}`
    const user = this.#known.has(pair) ? pair : pair.slice(from.length + 1)
    this.#checkWait(user)
    this.#checkWait(from)
    const backUser = this.#countFailure(user, memory.user)
    const backAddress = this.#countFailure(from, memory.address)
    return {
      passed: () => {
        this.#entries.delete(user)
        this.#remember(pair)
        backAddress()
      },
      withdrawn: () => {
        backUser()
        backAddress()
      },
    }
  }

  #remember(pair: string): void {
    this.#known.delete(pair)
    this.#known.add(pair)
    const [oldest] = this.#known
    if (this.#known.size > mostEntries && oldest !== undefined) this.#known.delete(oldest)
  }

  #checkWait(key: string): void {
    const wait = (this.#entries.get(key)?.until ?? 0) - this.#now()
    if (wait > 0) throw new RelayError('too_many_tries', { params: { seconds: Math.ceil(wait / 1000) } })
  }

  /** Counts a failure; the answer takes it back. */
  #countFailure(key: string, remembered: number): () => void {
    const now = this.#now()
    const present = this.#entries.get(key)
    const entry = present !== undefined && present.forgottenAt > now ? present : { failures: 0, until: 0, forgottenAt: 0 }
    const until = ++entry.failures < freeFailures ? 0 : now + Math.min(firstWait * 2 ** (entry.failures - freeFailures), longestWait)
    entry.until = until
    entry.forgottenAt = Math.max(now, until) + remembered
    this.#entries.set(key, entry)
    this.#makeRoom()
    return () => {
      entry.failures--
      // A later failure's wait stays.
      if (entry.until === until) entry.until = 0
    }
  }

  /** Drops what matters least: the entry whose wait ends, or ended, first. Fresh names of a flood are such, a name under attack is not. */
  #makeRoom(): void {
    if (this.#entries.size <= mostEntries) return
    let least: string | undefined
    let lowest = Number.POSITIVE_INFINITY
    for (const [key, { failures, until, forgottenAt }] of this.#entries) {
      const weight = forgottenAt <= this.#now() ? -1 : until + failures
      if (weight < lowest) [least, lowest] = [key, weight]
    }
    if (least !== undefined) this.#entries.delete(least)
  }
}

/** An IPv6 client usually has a whole /64 to choose addresses from: it counts as one. */
function network(address: string): string {
  if (!ipaddr.isValid(address)) return address.slice(0, 64)
  // IPv4 in IPv6 becomes IPv4 again.
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString()
}
