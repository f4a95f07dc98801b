import type { Collection, Store } from '../store/index.ts'
import { hashToken } from './token.ts'

/** What every record behind a token has. */
export interface TokenRecord {
  readonly tokenHash: string
  readonly lastUsedAt?: number
}

export interface Kept<T> {
  readonly id: string
  value: T
  version: number
  /** The time of last use that the store has or is being given. */
  storedUse: number
  /** The write of it, while it is under way. */
  writing: Promise<void> | undefined
  /** It was removed: its token is worth nothing. It is kept until the disk has that, for after a restart it would count again. */
  isVoid: boolean
  /** That removal, while it is under way. */
  removing: Promise<void> | undefined
}

/** How often the time of last use is written, at most. Milliseconds. */
const useInterval = 60_000

/** Records found by a token: in memory for quick answers, in the store to last. */
export class TokenRecords<T extends TokenRecord> {
  readonly #records: Collection<T>
  readonly #byHash = new Map<string, Kept<T>>()
  readonly #byId = new Map<string, Kept<T>>()

  constructor(store: Store, name: string) {
    this.#records = store.collection<T>({ name })
  }

  async load(): Promise<void> {
    for (const { id, value, version } of await this.#records.list()) this.#keep(id, value, version)
  }

  /** Those too that are void and that the disk may still have: whoever removes them once more has to find them. */
  all(): Kept<T>[] {
    return [...this.#byId.values()]
  }

  byId(id: string): Kept<T> | undefined {
    const kept = this.evenVoid(id)
    return kept?.isVoid === true ? undefined : kept
  }

  /** One that is void too. */
  evenVoid(id: string): Kept<T> | undefined {
    return this.#byId.get(id)
  }

  byToken(token: string): Kept<T> | undefined {
    return this.#byHash.get(hashToken(token))
  }

  /** Counts from when it is durable. */
  async add(id: string, value: T): Promise<void> {
    this.#keep(id, value, await this.#records.put(id, value, { ifVersion: 0 }))
  }

  /** Void from this moment; resolves when that is durable. Where the disk refused that, it can be asked for again (law 7). */
  async remove(id: string): Promise<boolean> {
    const kept = this.#byId.get(id)
    if (kept === undefined) return false
    kept.isVoid = true
    this.#byHash.delete(kept.value.tokenHash)
    kept.removing ??= this.#delete(kept)
    await kept.removing
    return true
  }

  /** Another token for the same record: the one before is worth nothing from when this is durable. False: it has ended. */
  async replaceToken(id: string, tokenHash: string): Promise<boolean> {
    const kept = this.#byId.get(id)
    // A use that is being written would make the versions differ.
    await kept?.writing
    if (kept === undefined || kept.isVoid) return false
    const before = kept.value.tokenHash
    kept.version = await this.#records.put(id, { ...kept.value, tokenHash }, { ifVersion: kept.version })
    kept.value = { ...kept.value, tokenHash }
    this.#byHash.delete(before)
    if (!kept.isVoid) this.#byHash.set(tokenHash, kept)
    return true
  }

  /** Changes a part of a record that is not its token; durable when it resolves. False: it has ended. */
  async change(id: string, change: (value: T) => Partial<T>): Promise<boolean> {
    const kept = this.#byId.get(id)
    while (kept?.writing !== undefined) await kept.writing
    if (kept === undefined || kept.isVoid) return false
    const part = change(kept.value)
    const written = this.#records.put(id, { ...kept.value, ...part }, { ifVersion: kept.version })
    // Nobody writes a use meanwhile.
    kept.writing = written.then(
      () => {},
      () => {},
    )
    try {
      kept.version = await written
      kept.value = { ...kept.value, ...part }
    } finally {
      kept.writing = undefined
    }
    return true
  }

  /** Notes a use: at once in memory, in the store once a minute at most. */
  touch(kept: Kept<T>, now: number): void {
    kept.value = { ...kept.value, lastUsedAt: now }
    if (now - kept.storedUse < useInterval || kept.writing !== undefined) return
    kept.storedUse = now
    kept.writing = this.#writeUse(kept)
  }

  /** Waits for writes under way. */
  async settle(): Promise<void> {
    await Promise.all(this.all().map(({ writing }) => writing))
  }

  async #writeUse(kept: Kept<T>): Promise<void> {
    try {
      // By compare-and-set: a record that was removed meanwhile must not come back.
      kept.version = await this.#records.put(kept.id, kept.value, { ifVersion: kept.version })
    } catch {
      // The time of last use is a courtesy: a disk that fails shows itself at the next write that matters.
    } finally {
      kept.writing = undefined
    }
  }

  async #delete(kept: Kept<T>): Promise<void> {
    try {
      await this.#records.delete(kept.id)
      this.#byId.delete(kept.id)
    } finally {
      kept.removing = undefined
    }
  }

  #keep(id: string, value: T, version: number): void {
    const kept: Kept<T> = { id, value, version, storedUse: value.lastUsedAt ?? 0, writing: undefined, isVoid: false, removing: undefined }
    this.#byId.set(id, kept)
    this.#byHash.set(value.tokenHash, kept)
  }
}
