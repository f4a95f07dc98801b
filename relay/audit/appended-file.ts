import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../store/index.ts'
import type { AuditFile } from './audit-files.ts'

/** The file that records are appended to. What was not made durable whole is taken out again. */
export class AppendedFile {
  readonly file: AuditFile
  readonly #handle: FileHandle
  /** Of what is durable. */
  #size: number
  /** A part of something that failed may stand behind it. */
  #isTorn = false

  private constructor(file: AuditFile, handle: FileHandle, size: number) {
    this.file = file
    this.#handle = handle
    this.#size = size
  }

  /** Makes it; what fails half-way leaves nothing there. `EEXIST` where there is one. */
  static async create(file: AuditFile): Promise<AppendedFile> {
    const handle = await open(file.path, 'ax', 0o600)
    try {
      await syncFolder(dirname(file.path))
    } catch (error) {
      await handle.close()
      await rm(file.path, { force: true })
      throw error
    }
    return new AppendedFile(file, handle, 0)
  }

  /** Goes on with one that is there. */
  static async resume(file: AuditFile): Promise<AppendedFile> {
    const handle = await open(file.path, 'a', 0o600)
    return new AppendedFile(file, handle, (await handle.stat()).size)
  }

  get size(): number {
    return this.#size
  }

  /** Is it there still, as it was left? */
  async isOurs(): Promise<boolean> {
    const [held, present] = await Promise.all([this.#handle.stat(), stat(this.file.path).catch(() => undefined)])
    return present !== undefined && held.ino === present.ino && held.dev === present.dev && (this.#isTorn || held.size === this.#size)
  }

  /** Resolves when it is durable; rejects when it is not there. */
  async append(text: Buffer): Promise<void> {
    try {
      if (this.#isTorn) await this.#handle.truncate(this.#size)
      this.#isTorn = true
      for (let written = 0; written < text.length; ) written += (await this.#handle.write(text, written)).bytesWritten
      await this.#handle.datasync()
      this.#isTorn = false
      this.#size += text.length
    } catch (error) {
      await this.takeBack()
      throw error
    }
  }

  /** Shortens it, for good. */
  async cutTo(size: number): Promise<void> {
    await this.#handle.truncate(size)
    await this.#handle.datasync()
    this.#size = size
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async takeBack(): Promise<void> {
    if (!this.#isTorn) return
    try {
      await this.#handle.truncate(this.#size)
      this.#isTorn = false
    } catch {
      // The next append does it first, or fails too.
    }
  }
}
