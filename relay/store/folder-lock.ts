import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { RelayError } from '../errors.ts'

/**
 * Keeps a data directory to one process.
 *
 * The lock is SQLite's exclusive lock on an empty database file, that is a lock the kernel holds for the process: kill -9
 * releases it at once, so there is no stale lock to take over and no race in taking it. A file that names a process id has both.
 */
export class FolderLock {
  readonly #folder: string
  #database: DatabaseSync | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** `data_in_use` when another process, or another store of this one, holds it. */
  async acquire(): Promise<void> {
    const { DatabaseSync } = await importQuietly()
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(join(this.#folder, 'lock'), { timeout: 0 })
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
      this.#database = database
    } catch (cause) {
      database?.close()
      const busy = /locked|busy/i.test((cause as Error).message)
      throw new RelayError(busy ? 'data_in_use' : 'data_unwritable', { params: { dir: this.#folder }, cause })
    }
  }

  release(): void {
    this.#database?.close()
    this.#database = undefined
  }
}

/** Node 22 and 24 announce node:sqlite as experimental on standard error; of it only the file lock is used, which SQLite has had since 2000. */
async function importQuietly(): Promise<typeof import('node:sqlite')> {
  const { emitWarning } = process
  process.emitWarning = (() => {}) as typeof emitWarning
  try {
    return await import('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
