import ipaddr from 'ipaddr.js'

const mostEntries = 10_000

interface Entry {
  failures: number
  /** No try before this time. */
  until: number
  forgottenAt: number
}

/** How failures of one kind are held against who made them. Milliseconds. */
interface WaitRules {
  /** So many in a row cost nothing; from this one on each doubles the wait. */
  readonly free: number
  readonly first: number
  readonly longest: number
  /** How long failures are remembered after the last one's wait. */
  readonly remembered: number
}

/** Failures in a row and the growing wait they cost, by whatever is counted. In memory, bounded. */
export class GrowingWaits {
  readonly #entries = new Map<string, Entry>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Milliseconds until the next try; 0: now. */
  waitOf(key: string): number {
    return Math.max(0, (this.#entries.get(key)?.until ?? 0) - this.#now())
  }

  /** Counts a failure; the answer takes it back. */
  countFailure(key: string, { free, first, longest, remembered }: WaitRules): () => void {
    const now = this.#now()
    const present = this.#entries.get(key)
    const entry = present !== undefined && present.forgottenAt > now ? present : { failures: 0, until: 0, forgottenAt: 0 }
    const until = ++entry.failures < free ? 0 : now + Math.min(first * 2 ** (entry.failures - free), longest)
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

  forget(key: string): void {
    this.#entries.delete(key)
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
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address.slice(0, 64)
  // IPv4 in IPv6 becomes IPv4 again.
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString()
}
