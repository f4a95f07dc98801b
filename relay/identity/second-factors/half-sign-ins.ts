import type { User } from '../contract.ts'
import { createToken, hashToken } from '../token.ts'

/** Time to find the phone. Milliseconds. */
const life = 5 * 60_000
const most = 1_000

export interface HalfSignIn {
  readonly user: User
  /** code: he owes one of his app. set-up: he has no app, and sets one up first. */
  readonly owes: 'code' | 'set-up'
}

interface Kept extends HalfSignIn {
  readonly expiresAt: number
}

/**
 * People who have given the right password and owe a second factor. In memory, for five minutes: one who is half signed in may do nothing
 * but that, so nothing is lost with the process. The token is held by the browser that gave the password, its hash here.
 */
export class HalfSignIns {
  readonly #byHash = new Map<string, Kept>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  begin(half: HalfSignIn): string {
    const token = createToken()
    this.#byHash.set(hashToken(token), { ...half, expiresAt: this.#now() + life })
    // In the order they began: the first is the oldest.
    const [oldest] = this.#byHash.keys()
    if (this.#byHash.size > most && oldest !== undefined) this.#byHash.delete(oldest)
    return token
  }

  find(token: string): HalfSignIn | undefined {
    const half = this.#byHash.get(hashToken(token))
    return half !== undefined && half.expiresAt > this.#now() ? half : undefined
  }

  /** False: another has ended it. */
  end(token: string): boolean {
    return this.#byHash.delete(hashToken(token))
  }
}
