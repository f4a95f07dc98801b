import { createHash, randomBytes } from 'node:crypto'
import type { Ticket } from '../contract.ts'

/** How long a browser has between Continue and the site's own origin: one redirect. Milliseconds. */
const life = 60_000

interface Delivery {
  readonly ticket: Ticket
  readonly expiresAt: number
}

/**
 * What a browser carries from a redeemed ticket to the site's own origin: good once, for its user, in memory only. Kept by
 * hash, so that the time of a look-up tells nothing of a code.
 */
export class DeliveryCodes {
  readonly #codes = new Map<string, Delivery>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  issue(ticket: Ticket): string {
    this.#sweep()
    const code = randomBytes(32).toString('base64url')
    this.#codes.set(hash(code), { ticket, expiresAt: this.#now() + life })
    return code
  }

  /** Another user's try does not spend it: a code that shows up in the wrong place still works in the right one. */
  take(code: string, userId: string): Ticket | undefined {
    const key = hash(code)
    const found = this.#codes.get(key)
    if (found === undefined || found.ticket.holder !== userId) return undefined
    this.#codes.delete(key)
    return found.expiresAt > this.#now() ? found.ticket : undefined
  }

  revoke(accountId: string, exceptOf?: string): void {
    for (const [key, { ticket }] of this.#codes) {
      if (ticket.accountId === accountId && ticket.holder !== exceptOf) this.#codes.delete(key)
    }
  }

  /** All codes live equally long, so the oldest stand first. */
  #sweep(): void {
    for (const [key, { expiresAt }] of this.#codes) {
      if (expiresAt > this.#now()) return
      this.#codes.delete(key)
    }
  }
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}
