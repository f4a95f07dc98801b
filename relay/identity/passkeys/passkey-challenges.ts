import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** From the click to the finger on the sensor. Milliseconds. */
const life = 5 * 60_000
const randomLength = 16
const timeLength = 6
const most = 10_000

/**
 * Challenges that an authenticator signs (WebAuthn section 13.4.3): each for one purpose, for five minutes, once. They prove themselves
 * by a keyed hash, so that whoever asks for many fills no memory; only those that were used are remembered.
 */
export class PasskeyChallenges {
  readonly #key = randomBytes(32)
  readonly #used = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** `purpose`: what is done with it, and by whom. */
  issue(purpose: string): Uint8Array<ArrayBuffer> {
    const head = Buffer.concat([randomBytes(randomLength), Buffer.alloc(timeLength)])
    head.writeUIntBE(this.#now() + life, randomLength, timeLength)
    return new Uint8Array(Buffer.concat([head, this.#proof(head, purpose)]))
  }

  /** Spends it. False: it is not one for this purpose, it is over, or it was spent. */
  spend(challenge: string, purpose: string): boolean {
    const bytes = Buffer.from(challenge, 'base64url')
    const head = bytes.subarray(0, randomLength + timeLength)
    const proof = bytes.subarray(randomLength + timeLength)
    const expected = head.length === randomLength + timeLength ? this.#proof(head, purpose) : undefined
    if (expected === undefined || proof.length !== expected.length || !timingSafeEqual(proof, expected)) return false
    const over = head.readUIntBE(randomLength, timeLength)
    const id = head.toString('base64url')
    if (over <= this.#now() || this.#used.has(id)) return false
    this.#forget()
    // Fail closed: one that could not be remembered could be used again.
    if (this.#used.size >= most) return false
    this.#used.set(id, over)
    return true
  }

  #proof(head: Uint8Array, purpose: string): Buffer {
    return createHmac('sha256', this.#key).update(head).update(purpose).digest()
  }

  #forget(): void {
    for (const [id, over] of this.#used) if (over <= this.#now()) this.#used.delete(id)
  }
}
