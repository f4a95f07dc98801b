import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { RelayError } from '../../../errors.ts'
import type { DeliveryChoice } from '../contract.ts'
import { Pace } from './pace.ts'

type MailChoice = NonNullable<DeliveryChoice['mail']>

/** To find the mail and type its code. Milliseconds. */
const life = 3_600_000
/** Between two codes for one person: nobody's mailbox is to be filled from here. */
const pause = 60_000
const mostCodesADay = 10
const mostTries = 5

interface Asked {
  readonly mail: MailChoice
  readonly codeHash: Buffer
  readonly expiresAt: number
  tries: number
}

/**
 * Addresses of mail that wait for the code that was sent there: nothing else goes to an address before. In memory, for an hour: one that is
 * lost with the process is asked for anew.
 */
export class MailConfirmations {
  readonly #asked = new Map<string, Asked>()
  readonly #pace: Pace
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
    this.#pace = new Pace({ pause, mostADay: mostCodesADay, now })
  }

  /** A code for this address; the one before is worth nothing. `too_many_tries`: there were too many lately. */
  ask(owner: string, mail: MailChoice): string {
    this.#pace.take(owner)
    const code = String(randomInt(100_000_000)).padStart(8, '0')
    this.#asked.set(owner, { mail, codeHash: hashOf(code), expiresAt: this.#now() + life, tries: 0 })
    return `${code.slice(0, 4)} ${code.slice(4)}`
  }

  of(owner: string): { readonly mail: MailChoice; readonly expiresAt: number } | undefined {
    const asked = this.#asked.get(owner)
    if (asked === undefined || asked.expiresAt > this.#now()) return asked
    this.#asked.delete(owner)
    return undefined
  }

  /** Spends the code: what it was for. `mail_code_wrong`; after five of them the code is worth nothing. Nothing is waited for, so that of many at once one succeeds. */
  confirm(owner: string, typed: string): MailChoice {
    const asked = this.of(owner) === undefined ? undefined : this.#asked.get(owner)
    if (asked === undefined) throw new RelayError('mail_code_wrong')
    const isRight = timingSafeEqual(hashOf(typed.replace(/[\s-]+/g, '')), asked.codeHash)
    if (isRight || ++asked.tries >= mostTries) this.#asked.delete(owner)
    if (!isRight) throw new RelayError('mail_code_wrong')
    return asked.mail
  }

  forget(owner: string): void {
    this.#asked.delete(owner)
  }
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest()
}
