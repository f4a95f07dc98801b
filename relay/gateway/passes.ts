import { createHash, randomBytes } from 'node:crypto'
import { clientId } from './client-id.ts'
import type { GatewayPrincipal } from './contract.ts'

/** For the redirect from the portal to the account's host. Milliseconds. */
const handOverLife = 60_000
const mostHandOvers = 1000
/** Beyond it the oldest ends, and its browser is led through the portal again. */
const mostPasses = 10_000

/** Leave for a browser to use an account at its host: as long as the portal session, or the pairing, lives by which it came. */
export interface Pass {
  readonly principal: GatewayPrincipal
  readonly accountId: string
  readonly label: string
}

/** Where the person was going: a path, at one of the account's hosts. */
export interface Goal {
  readonly path: string
  readonly home: number
}

interface HandOver extends Pass, Goal {
  readonly state: string
  readonly expiresAt: number
}

/**
 * Passes, by the cookie a browser has for them, and the codes by which it comes to one. All in memory and by hash alone: after a restart the
 * portal hands over anew, and a look-up's time tells nothing of a value.
 */
export class Passes {
  readonly #passes = new Map<string, Pass>()
  readonly #handOvers = new Map<string, HandOver>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Gives a code, good once. */
  begin(pass: Pass, state: string, goal: Goal): string {
    return keep(this.#handOvers, { ...pass, ...goal, state, expiresAt: this.#now() + handOverLife }, mostHandOvers)
  }

  /** Takes a code at the host and in the browser that it was made for; a try elsewhere does not spend it. Gives the pass's cookie. */
  redeem(code: string, label: string, state: string): (Goal & { readonly token: string; readonly pass: Pass }) | undefined {
    const key = hash(code)
    const found = this.#handOvers.get(key)
    if (found === undefined || found.label !== label || found.state !== state) return undefined
    this.#handOvers.delete(key)
    if (found.expiresAt <= this.#now()) return undefined
    const { principal, accountId, path, home } = found
    const pass = { principal, accountId, label }
    return { token: keep(this.#passes, pass, mostPasses), path, home, pass }
  }

  /** The pass of this cookie, at the host it was made for. */
  of(token: string, label: string): Pass | undefined {
    const pass = this.#passes.get(hash(token))
    return pass?.label === label ? pass : undefined
  }

  /** The portal session or the pairing has ended. */
  end(client: string): void {
    for (const kept of [this.#passes, this.#handOvers]) {
      for (const [key, { principal }] of kept) if (clientId(principal) === client) kept.delete(key)
    }
  }

  /** Every portal session that a pass stands on. */
  portalSessions(): Set<string> {
    return new Set([...this.#passes.values()].flatMap(({ principal }) => (principal.kind === 'portal' ? [principal.session.id] : [])))
  }
}

/** Under the hash of a value of 256 random bits, which it gives; the oldest makes room. */
function keep<T>(kept: Map<string, T>, value: T, most: number): string {
  if (kept.size >= most) kept.delete(kept.keys().next().value as string)
  const token = randomBytes(32).toString('base64url')
  kept.set(hash(token), value)
  return token
}

export function hash(value: string): string {
  return createHash('sha256').update(value).digest('base64url')
}
