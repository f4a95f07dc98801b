import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ClientRequest } from './client-message.ts'
import type { ClientWait } from './client-wait.ts'

/** A request's body on its way to the site, streamed; its first bytes are kept so that a small one can be sent again. */
export class KeptBody extends Readable {
  readonly #source: ClientRequest
  #kept: Buffer[] | undefined = []
  #room: number
  readonly #wait: ClientWait
  #started = false
  #whole = false

  /** `limit`: bytes to keep at most. `wait` runs while the client is to send. */
  constructor(source: ClientRequest, limit: number, wait: ClientWait) {
    super()
    this.#source = source
    this.#room = limit
    this.#wait = wait
  }

  /** All of it, when it has ended and was small enough. */
  whole(): Buffer | undefined {
    return this.#whole && this.#kept !== undefined ? Buffer.concat(this.#kept) : undefined
  }

  /** All of it, once it is here; undefined: it was too large to be kept. */
  async arrived(): Promise<Buffer | undefined> {
    this.resume()
    await finished(this)
    return this.whole()
  }

  override _read(): void {
    if (!this.#whole) this.#wait.begin()
    if (this.#started) {
      this.#source.resume()
      return
    }
    this.#started = true
    this.#source
      .on('data', (chunk: Buffer) => {
        this.#keep(chunk)
        this.#wait.begin()
        if (this.push(chunk)) return
        this.#source.pause()
        this.#wait.end()
      })
      .on('end', () => {
        this.#whole = true
        this.#wait.end()
        this.push(null)
      })
      // A body that breaks off is never sent on as a whole one.
      .on('error', (error) => this.destroy(error))
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#wait.end()
    done(error)
  }

  #keep(chunk: Buffer): void {
    if (this.#kept === undefined) return
    this.#room -= chunk.length
    if (this.#room >= 0) this.#kept.push(chunk)
    else this.#kept = undefined
  }
}
