import { RelayError } from '../../errors.ts'
import type { SecretSlot } from '../contract.ts'

interface Use {
  readonly field: string
  /** The origin to which a 307 or 308 sent this submission. */
  mayFollowTo: string | undefined
}

/** A request's hold on its secrets, from before it is sent. */
export interface Claim {
  /** Nothing of the request has left: its secrets are as before. */
  release(): void
  answered(status: number, location: URL | undefined): void
}

/**
 * Law 2: each secret leaves at most once per attempt. The exceptions are one submission that the site moves on
 * (307 and 308, RFC 9110 sections 15.4.8 and 15.4.9) and HTTP Basic and Digest, where the credential belongs to every request
 * (RFC 7617 section 2.2, RFC 7616 section 3.4) - until the site refuses it. A new password stands in two fields of its one request,
 * as forms ask for it twice.
 */
export class SpentSecrets {
  #uses = new Map<object, Use>()
  readonly #newSecret: object | undefined

  constructor(newSecret?: object) {
    this.#newSecret = newSecret
  }

  beginAttempt(): void {
    this.#uses = new Map()
  }

  /** `secret_refused` when one of them was spent. `isResend`: this follows a 307 or 308 that the agent saw. */
  claim(slots: readonly SecretSlot[], origin: string, isResend: boolean): Claim {
    const uses = this.#uses
    const before = slots.map((slot) => [slot, uses.get(slot.secret)] as const)
    if (this.#isTooOften(slots) || before.some(([slot, use]) => use !== undefined && !(isResend && mayFollow(use, slot, origin)))) {
      throw new RelayError('secret_refused', { detail: 'it was sent once in this attempt already' })
    }
    for (const { secret, field } of slots) uses.set(secret, { field, mayFollowTo: undefined })
    return {
      release() {
        for (const [{ secret }, use] of before) {
          if (use === undefined) uses.delete(secret)
          else uses.set(secret, use)
        }
      },
      answered(status, location) {
        for (const { secret, field, encoding } of slots) {
          if ((encoding.as === 'basic' || encoding.as === 'digest') && status !== 401 && status !== 403) uses.delete(secret)
          else if (status === 307 || status === 308) uses.set(secret, { field, mayFollowTo: location?.origin })
        }
      },
    }
  }

  #isTooOften(slots: readonly SecretSlot[]): boolean {
    const fields = slots.filter(({ secret }) => secret === this.#newSecret).map(({ field }) => field)
    if (fields.length > 2 || new Set(fields).size < fields.length) return true
    const others = slots.filter(({ secret }) => secret !== this.#newSecret)
    return new Set(others.map(({ secret }) => secret)).size < others.length
  }
}

function mayFollow(use: Use, slot: SecretSlot, origin: string): boolean {
  return use.field === slot.field && use.mayFollowTo === origin
}
