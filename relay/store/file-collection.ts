import { RelayError } from '../errors.ts'
import { type FileRecord, readValue, toRecord } from './file-format.ts'
import type { Collection, CollectionShape, ListOptions, PutOptions, StoreChange, StoredRecord } from './port.ts'

/** Makes a change durable: resolves when it is on disk; undone in memory when that failed. */
export type Commit = (undo: () => void) => Promise<void>

/** A collection in memory over the records the file holds. Reads see a change at once; whoever made it waits for the disk. */
export class FileCollection<T> implements Collection<T> {
  readonly #records: Map<string, FileRecord>
  readonly #shape: CollectionShape<T>
  readonly #commit: Commit
  /** For each index: key to ids. */
  readonly #indexes = new Map<string, Map<string, Set<string>>>()
  readonly #listeners = new Set<(change: StoreChange<T>) => void>()
  /** The highest version of any record deleted so far: one made anew begins above it, so that no version comes twice. */
  #lastDeleted = 0

  constructor(shape: CollectionShape<T>, records: Map<string, FileRecord>, commit: Commit) {
    this.#shape = shape
    this.#records = records
    this.#commit = commit
    for (const name of Object.keys(shape.indexes ?? {})) this.#indexes.set(name, new Map())
    for (const [id, record] of records) this.#set(id, record)
  }

  async get(id: string): Promise<StoredRecord<T> | undefined> {
    return this.#read(id, this.#records.get(id))
  }

  async put(id: string, value: T, options: PutOptions = {}): Promise<number> {
    const before = this.#check(id, options)
    const version = (before?.version ?? this.#lastDeleted) + 1
    await this.#replace(id, toRecord(this.#shape.name, id, version, value))
    return version
  }

  async delete(id: string, options: PutOptions = {}): Promise<boolean> {
    const before = this.#check(id, options)
    if (before === undefined) return false
    this.#lastDeleted = Math.max(this.#lastDeleted, before.version)
    await this.#replace(id, undefined)
    return true
  }

  async list({ prefix = '', index }: ListOptions = {}): Promise<StoredRecord<T>[]> {
    const ids = index === undefined ? this.#records.keys() : (this.#keys(index.name).get(index.key) ?? [])
    return [...ids]
      .filter((id) => id.startsWith(prefix))
      .sort(byCodeUnits)
      .map((id) => this.#read(id, this.#records.get(id)) as StoredRecord<T>)
  }

  watch(listener: (change: StoreChange<T>) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #read(id: string, record: FileRecord | undefined): StoredRecord<T> | undefined {
    return record === undefined ? undefined : { id, version: record.version, value: readValue<T>(record) }
  }

  #check(id: string, { ifVersion }: PutOptions): FileRecord | undefined {
    const record = this.#records.get(id)
    if (ifVersion !== undefined && ifVersion !== (record?.version ?? 0)) throw new RelayError('store_conflict')
    return record
  }

  async #replace(id: string, after: FileRecord | undefined): Promise<void> {
    const before = this.#records.get(id)
    this.#set(id, after)
    await this.#commit(() => this.#set(id, before))
    for (const listener of this.#listeners) this.#tell(listener, { id, record: this.#read(id, after) })
  }

  /** The write is durable whatever a listener does: its exception goes where those of event listeners go. */
  #tell(listener: (change: StoreChange<T>) => void, change: StoreChange<T>): void {
    try {
      listener(change)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  /** Record and indexes change together; an index function that throws leaves both as they were. */
  #set(id: string, after: FileRecord | undefined): void {
    const before = this.#records.get(id)
    const left = before === undefined ? [] : this.#entries(before)
    const entered = after === undefined ? [] : this.#entries(after)
    for (const { keys, key } of left) {
      const ids = keys.get(key)
      ids?.delete(id)
      if (ids?.size === 0) keys.delete(key)
    }
    for (const { keys, key } of entered) keys.set(key, (keys.get(key) ?? new Set()).add(id))
    if (after === undefined) this.#records.delete(id)
    else this.#records.set(id, after)
  }

  /** Under which keys of which indexes a record is found. */
  #entries(record: FileRecord): { readonly keys: Map<string, Set<string>>; readonly key: string }[] {
    const indexes = Object.entries(this.#shape.indexes ?? {})
    if (indexes.length === 0) return []
    const value = readValue<T>(record)
    return indexes.flatMap(([name, keysOf]) => keysOf(value).map((key) => ({ keys: this.#keys(name), key })))
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
