import { randomUUID } from 'node:crypto'
import { type Challenge, SignInFailure } from '../../../adapters/index.ts'
import type { Account } from '../../accounts/index.ts'
import { counted } from '../../counted.ts'
import { RelayError } from '../../errors.ts'
import type { PendingChallenge } from '../contract.ts'

interface Waiting {
  readonly id: string
  readonly account: Account
  challenge: Challenge
  /** 0 until it is put before the person. */
  expiresAt: number
  /** An image that is being drawn anew. */
  reloading: Promise<void> | undefined
  readonly present: () => void
  readonly resolve: (answer: string) => void
}

/** The longest answer that is taken; a captcha or one-time code is far shorter. */
const longestAnswer = 256

/**
 * Questions that wait for a person. Of one account one is asked at a time; the next one's time begins when the one before it is done.
 */
export class Challenges {
  /** In the order they came. */
  readonly #waiting = new Map<string, Waiting>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Waits for the answer; rejects with a `challenge` failure `seconds` after it was put before the person, or when `signal` aborts. */
  ask(account: Account, challenge: Challenge, seconds: number, signal: AbortSignal, onAsked: (asked: PendingChallenge) => void): Promise<string> {
    const id = randomUUID()
    return new Promise<string>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined
      const giveUp = (seen: string) => {
        finish()
        reject(new SignInFailure('challenge', [seen]))
      }
      const finish = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        this.#waiting.delete(id)
        this.#first(account.id)?.present()
      }
      const onAbort = () => giveUp('the sign-in was ended before the question was answered')
      const waiting: Waiting = {
        id,
        account,
        challenge,
        expiresAt: 0,
        reloading: undefined,
        present: () => {
          if (waiting.expiresAt !== 0) return
          timer = setTimeout(() => giveUp(`nobody answered within ${counted(seconds, 'second')}`), seconds * 1000)
          waiting.expiresAt = this.#now() + seconds * 1000
          onAsked(this.#view(waiting))
        },
        resolve: (answer) => {
          finish()
          resolve(answer)
        },
      }
      this.#waiting.set(id, waiting)
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) onAbort()
      else this.#first(account.id)?.present()
    })
  }

  /** Those that are put before a person now. */
  list(owner?: string): readonly PendingChallenge[] {
    return [...this.#waiting.values()]
      .filter(({ account, expiresAt }) => expiresAt !== 0 && (owner === undefined || account.owner === owner))
      .map((waiting) => this.#view(waiting))
  }

  isAsked(accountId: string): boolean {
    return this.#first(accountId) !== undefined
  }

  answer(id: string, answer: string): boolean {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined || waiting.expiresAt === 0 || answer.length === 0 || answer.length > longestAnswer) return false
    waiting.resolve(answer)
    return true
  }

  /** Has the site draw another image in place of the one that is asked; its time runs on. False: no longer asked, or it has no other image. */
  async reload(id: string): Promise<boolean> {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined || waiting.challenge.kind !== 'captcha' || waiting.challenge.reload === undefined) return false
    // Two who ask at once get one image: the site knows the latest alone.
    waiting.reloading ??= drawAnew(waiting).finally(() => {
      waiting.reloading = undefined
    })
    await waiting.reloading
    return this.#waiting.has(id)
  }

  #first(accountId: string): Waiting | undefined {
    for (const waiting of this.#waiting.values()) if (waiting.account.id === accountId) return waiting
    return undefined
  }

  #view({ id, account, challenge, expiresAt }: Waiting): PendingChallenge {
    const behind = [...this.#waiting.values()].filter((other) => other.account.id === account.id).length - 1
    return { id, account, challenge, expiresAt, behind }
  }
}

async function drawAnew(waiting: Waiting): Promise<void> {
  const { challenge } = waiting
  if (challenge.kind !== 'captcha' || challenge.reload === undefined) return
  try {
    waiting.challenge = { ...challenge, image: await challenge.reload() }
  } catch (cause) {
    throw new RelayError('site_down', { params: { site: waiting.account.siteId, reason: 'it gave no other image' }, cause })
  }
}
