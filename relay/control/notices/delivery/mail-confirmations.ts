import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { RelayError } from '../../../errors.ts'
import type { DeliveryChoice } from '../contract.ts'

type MailChoice = NonNullable<DeliveryChoice['mail']>

/** To find the mail and type its code. Milliseconds. */
const life = 3_600_000
/** Between two codes for one person: nobody's mailbox is to be filled from here. */
const pause = 60_000
const day = 24 * 3_600_000
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
  /** When codes were made, by owner; those of the last day. */
  readonly #made = new Map<string, readonly number[]>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** A code for this address; the one before is worth nothing. `too_many_tries`: there were too many lately. */
  ask(owner: string, mail: MailChoice): string {
    const now = this.#now()
    const lately = (this.#made.get(owner) ?? []).filter((at) => now - at < day)
    const [oldest = now] = lately
    const until = lately.length >= mostCodesADay ? oldest + day : (lately.at(-1) ?? -pause) + pause
    if (now < until) throw new RelayError('too_many_tries', { params: { seconds: Math.ceil((until - now) / 1000) } })
    const code = String(randomInt(100_000_000)).padStart(8, '0')
    this.#made.set(owner, [...lately, now])
    this.#asked.set(owner, { mail, codeHash: hashOf(code), expiresAt: now + life, tries: 0 })
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
