import type { From } from '../../audit/index.ts'
import type { Collection, Store } from '../../store/index.ts'

const mostKept = 100

/** The browsers and addresses that each person has signed in to the relay with, as keyed hashes. */
export class SeenBrowsers {
  readonly #records: Collection<readonly string[]>
  readonly #fingerprint: (value: string) => string

  constructor(store: Store, fingerprint: (value: string) => string) {
    this.#records = store.collection<readonly string[]>({ name: 'notice-browsers' })
    this.#fingerprint = fingerprint
  }

  /** Is this browser, or this address, new for this person? Both are known from now on. */
  async isNew(owner: string, { address = '', agent = '' }: From): Promise<boolean> {
    const now = [`agent ${agent}`, `address ${address}`].map(this.#fingerprint)
    const seen = (await this.#records.get(owner))?.value ?? []
    const isNew = now.some((one) => !seen.includes(one))
    if (isNew) await this.#records.put(owner, [...now, ...seen.filter((one) => !now.includes(one))].slice(0, mostKept))
    return isNew
  }
}
