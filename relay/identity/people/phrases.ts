import { RelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Sealed, Vault } from '../../vault/index.ts'
import { createToken, hashToken, isToken } from '../token.ts'

/** What a person has the sign-in page show him, at browsers that he has said it may. */
export interface Phrases {
  start(): Promise<void>
  stop(): Promise<void>
  /** When he chose it, and at how many browsers it is shown; undefined: he has none. */
  of(userId: string): { readonly since: number; readonly browsers: number } | undefined
  /** Another phrase; browsers that know him show it from now on. `bad_request`: not of 4 to 100 characters that can be seen. */
  choose(userId: string, phrase: string): Promise<void>
  /** Lets a browser show it: gives what the browser keeps. It signs nobody in. `not_found`: he has no phrase. */
  letShow(userId: string): Promise<string>
  /** The phrase for a browser that keeps this; undefined: it is shown nothing. */
  shownTo(token: string): Promise<string | undefined>
  /** No phrase any more, at no browser. */
  forget(userId: string): Promise<boolean>
}

interface PhraseRecord {
  readonly phrase: Sealed
  readonly since: number
  /** Hashes of what browsers keep; the newest first. */
  readonly browsers: readonly string[]
}

const mostBrowsers = 20

export function createPhrases(options: { readonly store: Store; readonly vault: Pick<Vault, 'seal' | 'open'>; readonly now: () => number }): Phrases {
  return new SealedPhrases(options)
}

/**
 * A copy of the sign-in page elsewhere cannot show it: the browser keeps what it is shown for to the relay's own pages. Sealed at rest,
 * the browsers' tokens as hashes.
 */
class SealedPhrases implements Phrases {
  readonly #records: Collection<PhraseRecord>
  readonly #vault: Pick<Vault, 'seal' | 'open'>
  readonly #now: () => number
  readonly #byUser = new Map<string, PhraseRecord>()
  readonly #users = new Map<string, string>()

  constructor({ store, vault, now }: Parameters<typeof createPhrases>[0]) {
    this.#records = store.collection<PhraseRecord>({ name: 'sign-in-phrases' })
    this.#vault = vault
    this.#now = now
  }

  async start(): Promise<void> {
    for (const { id, value } of await this.#records.list()) this.#keep(id, value)
  }

  async stop(): Promise<void> {}

  of(userId: string): { since: number; browsers: number } | undefined {
    const record = this.#byUser.get(userId)
    return record && { since: record.since, browsers: record.browsers.length }
  }

  async choose(userId: string, text: string): Promise<void> {
    const phrase = text.normalize('NFC').trim()
    // Nothing invisible: what cannot be seen tells a person nothing.
    if ([...phrase].length < 4 || [...phrase].length > 100 || /\p{C}/u.test(phrase) || !phrase.isWellFormed())
      throw new RelayError('bad_request', { params: { problem: 'a phrase is 4 to 100 characters that can be seen' } })
    const sealed = await this.#vault.seal(refOf(userId), Buffer.from(phrase))
    await this.#put(userId, { phrase: sealed, since: this.#now(), browsers: this.#byUser.get(userId)?.browsers ?? [] })
  }

  async letShow(userId: string): Promise<string> {
    const record = this.#byUser.get(userId)
    if (record === undefined) throw new RelayError('not_found', { params: { what: 'phrase of yours' } })
    const token = createToken()
    await this.#put(userId, { ...record, browsers: [hashToken(token), ...record.browsers].slice(0, mostBrowsers) })
    return token
  }

  async shownTo(token: string): Promise<string | undefined> {
    const userId = isToken(token) ? this.#users.get(hashToken(token)) : undefined
    const record = userId === undefined ? undefined : this.#byUser.get(userId)
    if (userId === undefined || record === undefined) return undefined
    return (await this.#vault.open(refOf(userId), record.phrase)).toString()
  }

  async forget(userId: string): Promise<boolean> {
    this.#drop(userId)
    return this.#records.delete(userId)
  }

  async #put(userId: string, record: PhraseRecord): Promise<void> {
    await this.#records.put(userId, record)
    this.#drop(userId)
    this.#keep(userId, record)
  }

  #keep(userId: string, record: PhraseRecord): void {
    this.#byUser.set(userId, record)
    for (const hash of record.browsers) this.#users.set(hash, userId)
  }

  #drop(userId: string): void {
    for (const hash of this.#byUser.get(userId)?.browsers ?? []) this.#users.delete(hash)
    this.#byUser.delete(userId)
  }
}

function refOf(userId: string) {
  return { owner: userId, account: `sign-in:${userId}`, record: 'phrase' }
}
