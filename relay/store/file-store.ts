import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Low } from 'lowdb'
import { RelayError } from '../errors.ts'
import { DurableFile } from './durable-file.ts'
import { FileCollection } from './file-collection.ts'
import type { FileContent } from './file-format.ts'
import { FolderLock } from './folder-lock.ts'
import type { Collection, CollectionShape, Store } from './port.ts'

/** The default engine: lowdb over one durable file, `store.json` in the data directory. */
export function createFileStore({ folder }: { readonly folder: string }): Store {
  return new FileStore(folder)
}

interface Waiting {
  readonly undo: () => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

class FileStore implements Store {
  readonly #folder: string
  readonly #lock: FolderLock
  readonly #low: Low<FileContent>
  readonly #collections = new Map<string, Collection<unknown>>()
  /** Changes that are in memory and not yet in a write. */
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #started = false

  constructor(folder: string) {
    this.#folder = folder
    this.#lock = new FolderLock(folder)
    this.#low = new Low<FileContent>(new DurableFile(join(folder, 'store.json')), new Map())
  }

  async start(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    } catch (cause) {
      throw new RelayError('data_unwritable', { params: { dir: this.#folder }, cause })
    }
    this.#lock.acquire()
    this.#low.data = new Map()
    try {
      await this.#low.read()
    } catch (error) {
      this.#lock.release()
      throw error
    }
    this.#started = true
  }

  async stop(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
    this.#started = false
    this.#collections.clear()
    this.#lock.release()
  }

  collection<T>(shape: CollectionShape<T>): Collection<T> {
    const opened = () => {
      let collection = this.#collections.get(shape.name) as Collection<T> | undefined
      if (collection === undefined) {
        collection = this.#open(shape)
        this.#collections.set(shape.name, collection as Collection<unknown>)
      }
      return collection
    }
    // Rooms name their collections before the store has started; what they name is opened when it is first used.
    return {
      get: async (id) => opened().get(id),
      put: async (id, value, options) => opened().put(id, value, options),
      delete: async (id, options) => opened().delete(id, options),
      list: async (options) => opened().list(options),
      watch: (listener) => opened().watch(listener),
    }
  }

  #open<T>(shape: CollectionShape<T>): Collection<T> {
    if (!this.#started) throw new Error('the store has not been started')
    let records = this.#low.data.get(shape.name)
    if (records === undefined) {
      records = new Map()
      this.#low.data.set(shape.name, records)
    }
    return new FileCollection(shape, records, (undo) => this.#commit(undo))
  }

  /** Changes that arrive while a write is under way share the next one. */
  #commit(undo: () => void): Promise<void> {
    if (!this.#started) {
      undo()
      return Promise.reject(new Error('the store has been stopped'))
    }
    const durable = new Promise<void>((resolve, reject) => this.#waiting.push({ undo, resolve, reject }))
    this.#writing ??= this.#writeAll()
    return durable
  }

  async #writeAll(): Promise<void> {
    // What the same turn of the event loop still adds belongs to this write.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0)
      try {
        await this.#low.write()
        for (const { resolve } of batch) resolve()
      } catch (error) {
        // What came after the failed batch was built on it: all of it is undone, latest first.
        for (const { undo, reject } of [...batch, ...this.#waiting.splice(0)].reverse()) {
          undo()
          reject(error)
        }
      }
    }
    this.#writing = undefined
  }
}
