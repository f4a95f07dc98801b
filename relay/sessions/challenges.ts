import { randomUUID } from 'node:crypto'
import { type Challenge, SignInFailure } from '../../adapters/index.ts'
import type { Account } from '../accounts/index.ts'
import type { PendingChallenge } from './contract.ts'

interface Waiting extends PendingChallenge {
  readonly resolve: (answer: string) => void
}

/** The longest answer that is taken; a captcha or one-time code is far shorter. */
const longestAnswer = 256

/** Questions that wait for a person. */
export class Challenges {
  readonly #waiting = new Map<string, Waiting>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Waits for the answer; rejects with a `challenge` failure after `seconds`, or when `signal` aborts. */
  ask(account: Account, challenge: Challenge, seconds: number, signal: AbortSignal, onAsked: (asked: PendingChallenge) => void): Promise<string> {
    const id = randomUUID()
    return new Promise<string>((resolve, reject) => {
      const giveUp = (seen: string) => {
        finish()
        reject(new SignInFailure('challenge', [seen]))
      }
      const finish = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        this.#waiting.delete(id)
      }
      const onAbort = () => giveUp('the sign-in was ended before the question was answered')
      const timer = setTimeout(() => giveUp(`nobody answered within ${seconds} seconds`), seconds * 1000)
      signal.addEventListener('abort', onAbort, { once: true })
      const asked = { id, account, challenge, expiresAt: this.#now() + seconds * 1000 }
      this.#waiting.set(id, {
        ...asked,
        resolve: (answer) => {
          finish()
          resolve(answer)
        },
      })
      if (signal.aborted) onAbort()
      else onAsked(asked)
    })
  }

  list(owner?: string): readonly PendingChallenge[] {
    return [...this.#waiting.values()]
      .filter(({ account }) => owner === undefined || account.owner === owner)
      .map(({ id, account, challenge, expiresAt }) => ({ id, account, challenge, expiresAt }))
  }

  isAsked(accountId: string): boolean {
    for (const { account } of this.#waiting.values()) if (account.id === accountId) return true
    return false
  }

  answer(id: string, answer: string): boolean {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined || answer.length === 0 || answer.length > longestAnswer) return false
    waiting.resolve(answer)
    return true
  }
}
