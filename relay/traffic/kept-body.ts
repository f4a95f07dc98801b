import { Readable } from 'node:stream'
import type { ClientRequest } from './client-message.ts'

/** A request's body on its way to the site, streamed; its first bytes are kept so that a small one can be sent again. */
export class KeptBody extends Readable {
  readonly #source: ClientRequest
  #kept: Buffer[] | undefined = []
  #room: number
  #started = false
  #whole = false

  /** `limit`: bytes to keep at most. */
  constructor(source: ClientRequest, limit: number) {
    super()
    this.#source = source
    this.#room = limit
  }

  /** All of it, when it has ended and was small enough. */
  whole(): Buffer | undefined {
    return this.#whole && this.#kept !== undefined ? Buffer.concat(this.#kept) : undefined
  }

  override _read(): void {
    if (this.#started) {
      this.#source.resume()
      return
    }
    this.#started = true
    this.#source
      .on('data', (chunk: Buffer) => {
        this.#keep(chunk)
        if (!this.push(chunk)) this.#source.pause()
      })
      .on('end', () => {
        this.#whole = true
        this.push(null)
      })
      // A body that breaks off is never sent on as a whole one.
      .on('error', (error) => this.destroy(error))
  }

  #keep(chunk: Buffer): void {
    if (this.#kept === undefined) return
    this.#room -= chunk.length
    if (this.#room >= 0) this.#kept.push(chunk)
    else this.#kept = undefined
  }
}
