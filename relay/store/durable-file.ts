import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Adapter } from 'lowdb'
import { RelayError } from '../errors.ts'
import { decode, encode, type FileContent } from './file-format.ts'
import { syncFolder } from './sync-folder.ts'

/**
 * lowdb's adapter for a file that is never half written: a temporary file, fsync, rename, fsync of the folder.
 * When `write` resolves, the content survives kill -9 and a power cut (law 5).
 */
export class DurableFile implements Adapter<FileContent> {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Null: there is no file yet. `store_damaged` for one that is not whole or not ours, `store_newer`; it is left as it is. */
  async read(): Promise<FileContent | null> {
    await this.#removeLeftovers()
    const file = await this.#load()
    if (file === undefined) return null
    const content = await decode(file)
    if (content === 'damaged') throw new RelayError('store_damaged', { params: { file: this.#path } })
    if (content === 'newer') throw new RelayError('store_newer', { params: { file: this.#path } })
    return content
  }

  async write(content: FileContent): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.tmp`
    try {
      await writeThrough(temporary, await encode(content))
      await rename(temporary, this.#path)
      await syncFolder(dirname(this.#path))
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {})
      throw new RelayError('data_unwritable', { params: { dir: dirname(this.#path) }, cause })
    }
  }

  async #load(): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#path)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'ENOENT') return undefined
      if (code === 'EACCES' || code === 'EPERM') throw new RelayError('data_unwritable', { params: { dir: dirname(this.#path) }, cause })
      throw new RelayError('store_damaged', { params: { file: this.#path }, cause })
    }
  }

  /** What a killed process was writing was never acknowledged. */
  async #removeLeftovers(): Promise<void> {
    const folder = dirname(this.#path)
    const prefix = `${basename(this.#path)}.`
    for (const name of await readdir(folder)) {
      if (name.startsWith(prefix) && name.endsWith('.tmp')) await rm(join(folder, name), { force: true })
    }
  }
}

async function writeThrough(path: string, parts: readonly Buffer[]): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    for (const part of parts) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}
