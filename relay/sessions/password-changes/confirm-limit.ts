/** Sign-ins with a password that a person seemed to have set and that the site refused, in an hour. */
const mostFailures = 3
const hour = 3_600_000

/**
 * Forms of changes that come to nothing make the relay sign in with passwords that are wrong: a page or a program that sends many would lock the
 * account. After a few in an hour no more is tried.
 */
export class ConfirmLimit {
  readonly #failures = new Map<string, number[]>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  allows(accountId: string): boolean {
    return this.#recent(accountId).length < mostFailures
  }

  failed(accountId: string): void {
    this.#failures.set(accountId, [...this.#recent(accountId), this.#now()])
  }

  #recent(accountId: string): number[] {
    return (this.#failures.get(accountId) ?? []).filter((at) => this.#now() - at < hour)
  }
}
