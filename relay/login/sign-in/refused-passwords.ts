import type { Account } from '../../accounts/index.ts'

/**
 * Law 3, held in the engine itself: a credential that a site has refused is not sent again by this process, even where writing that
 * down failed. A replaced credential counts anew.
 */
export class RefusedPasswords {
  readonly #refused = new Map<string, number>()

  note({ id, credentialVersion }: Account): void {
    this.#refused.set(id, credentialVersion)
  }

  has({ id, credentialVersion }: Account): boolean {
    return this.#refused.get(id) === credentialVersion
  }
}
