/**
 * The Store port: named collections of JSON records with compare-and-set. Every engine runs test/conformance/store.ts.
 * A write that was acknowledged survives kill -9 (law 5).
 */

/**
 * A record as read. `version` is at least 1 and grows at each put; a record that is deleted and made anew never gets a version again
 * that somebody may still hold, so that a compare-and-set by that version fails.
 */
export interface StoredRecord<T> {
  readonly id: string
  readonly value: T
  readonly version: number
}

export interface PutOptions {
  /** Write only if the record is at this version now; 0: only if it does not exist. Otherwise `store_conflict`. */
  readonly ifVersion?: number
}

export interface ListOptions {
  /** Only ids that begin so. */
  readonly prefix?: string
  /** Only records whose index `name` yields `key`. */
  readonly index?: { readonly name: string; readonly key: string }
}

export interface StoreChange<T> {
  readonly id: string
  /** The record after the change; undefined: it was deleted. */
  readonly record: StoredRecord<T> | undefined
}

/** What a collection holds: its name and the keys each index derives from a value. */
export interface CollectionShape<T> {
  readonly name: string
  readonly indexes?: Readonly<Record<string, (value: T) => readonly string[]>>
}

/**
 * A read sees a change as soon as it is asked for, which may be a moment before it is durable. When the disk refuses a change it is
 * undone, together with those made after it, and whoever made them is told by `data_unwritable`.
 */
export interface Collection<T> {
  get(id: string): Promise<StoredRecord<T> | undefined>
  /** Resolves when the write is durable, with the new version. Values are JSON and copied; later changes to them have no effect. */
  put(id: string, value: T, options?: PutOptions): Promise<number>
  /** Resolves when durable; false: there was none. With `ifVersion`, `store_conflict` when it moved on. */
  delete(id: string, options?: PutOptions): Promise<boolean>
  /** In order of id (code units). */
  list(options?: ListOptions): Promise<StoredRecord<T>[]>
  /** Calls back after each durable change, in order; what the listener throws does not reach the writer. Returns the way to stop. */
  watch(listener: (change: StoreChange<T>) => void): () => void
}

export interface Store {
  /** Opens and locks. `data_in_use`, `store_damaged`, `store_newer`, `data_unwritable`. */
  start(): Promise<void>
  /** Finishes pending writes, releases the lock. */
  stop(): Promise<void>
  collection<T>(shape: CollectionShape<T>): Collection<T>
}
