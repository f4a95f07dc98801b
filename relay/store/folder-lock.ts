import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { isRelayError, RelayError } from '../errors.ts'

/** SQLite's result code for a file that another connection holds. */
const busy = 5

/**
 * Keeps a data directory to one process.
 *
 * The lock is SQLite's exclusive lock on an empty database file, that is a lock the kernel holds for the process: kill -9
 * releases it at once, so there is no stale lock to take over and no race in taking it. A file that names a process id has
 * both. SQLite also keeps apart two stores of one process, which a bare fcntl lock does not; and since closing any descriptor
 * of the file would drop an fcntl lock of this process, nothing else here may open it.
 */
export class FolderLock {
  readonly #folder: string
  #database: DatabaseSync | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** `data_in_use` when another process, or another store of this one, holds it. */
  acquire(): void {
    const { DatabaseSync } = sqliteQuietly()
    const path = join(this.#folder, 'lock')
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(path)
      chmodSync(path, 0o600)
      // No journal beside the lock: nothing is ever written to this database.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
      this.#database = database
    } catch (cause) {
      database?.close()
      const inUse = (cause as { errcode?: number }).errcode === busy
      throw new RelayError(inUse ? 'data_in_use' : 'data_unwritable', { params: { dir: this.#folder }, cause })
    }
  }

  release(): void {
    this.#database?.close()
    this.#database = undefined
  }
}

/** Whether a process has the data directory now. */
export function isFolderInUse(folder: string): boolean {
  const lock = new FolderLock(folder)
  try {
    lock.acquire()
    return false
  } catch (error) {
    return isRelayError(error, 'data_in_use')
  } finally {
    lock.release()
  }
}

/**
 * Node 22 and 24 announce node:sqlite as experimental on standard error; of it only the file lock is used, which SQLite
 * has had since 2004. Loaded without a turn of the event loop in between, so that no other warning is kept back.
 */
function sqliteQuietly(): typeof import('node:sqlite') {
  const { emitWarning } = process
  process.emitWarning = (() => {}) as typeof emitWarning
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
