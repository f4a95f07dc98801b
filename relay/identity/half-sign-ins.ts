import type { User } from './contract.ts'
import { createToken, hashToken } from './token.ts'

/** Time to find the phone. Milliseconds. */
const life = 5 * 60_000
const most = 1_000

interface HalfSignIn {
  readonly user: User
  readonly expiresAt: number
}

/**
 * People who have given the right password and owe a code. In memory, for five minutes: one who is half signed in may do nothing
 * but give the code, so nothing is lost with the process. The token is held by the browser that gave the password, its hash here.
 */
export class HalfSignIns {
  readonly #byHash = new Map<string, HalfSignIn>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  begin(user: User): string {
    const token = createToken()
    this.#byHash.set(hashToken(token), { user, expiresAt: this.#now() + life })
    // In the order they began: the first is the oldest.
    const [oldest] = this.#byHash.keys()
    if (this.#byHash.size > most && oldest !== undefined) this.#byHash.delete(oldest)
    return token
  }

  userOf(token: string): User | undefined {
    const half = this.#byHash.get(hashToken(token))
    return half !== undefined && half.expiresAt > this.#now() ? half.user : undefined
  }

  /** False: another has ended it. */
  end(token: string): boolean {
    return this.#byHash.delete(hashToken(token))
  }
}
