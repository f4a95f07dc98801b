import type { SignInTrace } from './contract.ts'

/** Each holds two parsed pages. */
const most = 10

/** What the last sign-ins looked like, an account each. */
export class RecentTraces {
  readonly #traces = new Map<string, () => SignInTrace | undefined>()

  keep(accountId: string, trace: () => SignInTrace | undefined): void {
    this.#traces.delete(accountId)
    this.#traces.set(accountId, trace)
    for (const oldest of this.#traces.keys()) {
      if (this.#traces.size <= most) break
      this.#traces.delete(oldest)
    }
  }

  get(accountId: string): SignInTrace | undefined {
    return this.#traces.get(accountId)?.()
  }
}
