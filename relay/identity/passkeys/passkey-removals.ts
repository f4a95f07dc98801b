import { RelayError } from '../../errors.ts'
import type { Passkeys } from './passkeys.ts'

interface Wanted {
  readonly userId: string
  /** The passkey's. */
  readonly id: string
  readonly hasPassword: boolean
  /** Where one that is left must work; undefined: anywhere. */
  readonly host: string | undefined
}

/** Takes passkeys away from people who still have another way in: one after the other, for two at once would each count on the other's. */
export class PasskeyRemovals {
  readonly #passkeys: Pick<Passkeys, 'list' | 'remove'>
  #last: Promise<unknown> = Promise.resolve()

  constructor(passkeys: Pick<Passkeys, 'list' | 'remove'>) {
    this.#passkeys = passkeys
  }

  /** False: he has none such. `bad_request`: nothing would be left to sign in by. */
  remove(wanted: () => Wanted): Promise<boolean> {
    const mine = this.#last.then(() => this.#remove(wanted()))
    this.#last = mine.catch(() => {})
    return mine
  }

  async #remove({ userId, id, hasPassword, host }: Wanted): Promise<boolean> {
    const left = (await this.#passkeys.list(userId)).filter((passkey) => passkey.id !== id && (host === undefined || passkey.host === host))
    if (!hasPassword && left.length === 0)
      throw new RelayError('bad_request', { params: { problem: 'it is your only way to sign in: add a password or another passkey first' } })
    return this.#passkeys.remove(userId, id)
  }
}
