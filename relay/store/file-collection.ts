import { RelayError } from '../errors.ts'
import type { FileRecord } from './file-format.ts'
import type { Collection, CollectionShape, ListOptions, PutOptions, StoreChange, StoredRecord } from './port.ts'

/** Makes a change durable: resolves when it is on disk; undone in memory when that failed. */
export type Commit = (undo: () => void) => Promise<void>

/**
 * A collection in memory over the records the file holds. Reads see a change at once; whoever made it waits for the disk.
 * Values are kept as JSON text: a reader gets a copy of its own, and a write serialises only what changed.
 */
export class FileCollection<T> implements Collection<T> {
  readonly #records: Map<string, FileRecord>
  readonly #shape: CollectionShape<T>
  readonly #commit: Commit
  /** For each index: key to ids. */
  readonly #indexes = new Map<string, Map<string, Set<string>>>()
  readonly #listeners = new Set<(change: StoreChange<T>) => void>()

  constructor(shape: CollectionShape<T>, records: Map<string, FileRecord>, commit: Commit) {
    this.#shape = shape
    this.#records = records
    this.#commit = commit
    for (const name of Object.keys(shape.indexes ?? {})) this.#indexes.set(name, new Map())
    for (const [id, record] of records) this.#index(id, record, 'add')
  }

  async get(id: string): Promise<StoredRecord<T> | undefined> {
    return this.#read(id)
  }

  async put(id: string, value: T, options: PutOptions = {}): Promise<number> {
    const before = this.#check(id, options)
    const version = (before?.version ?? 0) + 1
    await this.#replace(id, before, { version, json: JSON.stringify(value) })
    return version
  }

  async delete(id: string, options: PutOptions = {}): Promise<boolean> {
    const before = this.#check(id, options)
    if (before === undefined) return false
    await this.#replace(id, before, undefined)
    return true
  }

  async list({ prefix = '', index }: ListOptions = {}): Promise<StoredRecord<T>[]> {
    const ids = index === undefined ? this.#records.keys() : (this.#keys(index.name).get(index.key) ?? [])
    return [...ids]
      .filter((id) => id.startsWith(prefix))
      .sort(byCodeUnits)
      .map((id) => this.#read(id) as StoredRecord<T>)
  }

  watch(listener: (change: StoreChange<T>) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #read(id: string): StoredRecord<T> | undefined {
    const record = this.#records.get(id)
    return record === undefined ? undefined : { id, version: record.version, value: JSON.parse(record.json) as T }
  }

  #check(id: string, { ifVersion }: PutOptions): FileRecord | undefined {
    const record = this.#records.get(id)
    if (ifVersion !== undefined && ifVersion !== (record?.version ?? 0)) throw new RelayError('store_conflict')
    return record
  }

  async #replace(id: string, before: FileRecord | undefined, after: FileRecord | undefined): Promise<void> {
    this.#set(id, before, after)
    await this.#commit(() => this.#set(id, this.#records.get(id), before))
    const record = after === undefined ? undefined : { id, version: after.version, value: JSON.parse(after.json) as T }
    for (const listener of this.#listeners) listener({ id, record })
  }

  #set(id: string, before: FileRecord | undefined, after: FileRecord | undefined): void {
    if (before !== undefined) this.#index(id, before, 'remove')
    if (after === undefined) this.#records.delete(id)
    else {
      this.#records.set(id, after)
      this.#index(id, after, 'add')
    }
  }

  #index(id: string, { json }: FileRecord, change: 'add' | 'remove'): void {
    for (const [name, keysOf] of Object.entries(this.#shape.indexes ?? {})) {
      const ids = this.#keys(name)
      for (const key of keysOf(JSON.parse(json) as T)) {
        const there = ids.get(key) ?? new Set()
        if (change === 'add') ids.set(key, there.add(id))
        else if (there.delete(id) && there.size === 0) ids.delete(key)
      }
    }
  }

  #keys(index: string): Map<string, Set<string>> {
    const keys = this.#indexes.get(index)
    if (keys === undefined) throw new Error(`the collection ${this.#shape.name} has no index ${index}`)
    return keys
  }
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
