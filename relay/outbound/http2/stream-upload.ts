import type { ClientHttp2Stream } from 'node:http2'
import type { Readable } from 'node:stream'

/** Of a streamed body, what is kept so that it can be sent again to a site that took none of it: as much as most sites take before they answer. Bytes. */
const keptBytes = 65_536

export interface UploadEvents {
  /** Some of it came from the client, or was taken by the site. */
  onProgress(): void
  /** The body breaks off. */
  onError(error: Error): void
}

/** A request's body on its way into a stream, as fast as the site takes it. */
export class StreamUpload {
  readonly #stream: ClientHttp2Stream
  readonly #body: Readable
  #kept: Buffer[] | undefined = []
  #room = keptBytes
  #isEnded = false
  readonly #events: UploadEvents

  constructor(stream: ClientHttp2Stream, body: Readable, events: UploadEvents) {
    this.#stream = stream
    this.#body = body
    this.#events = events
    stream.on('drain', this.#onDrain)
    body.on('data', this.#onData).on('end', this.#onEnd).on('error', events.onError).resume()
  }

  /** It goes no further. What was read is put back, so that the body can be sent again; undefined: that is too much, and it is gone. */
  takeBack(): Readable | Buffer | undefined {
    this.#stop()
    const kept = this.#kept
    if (kept === undefined) return undefined
    if (this.#isEnded) return Buffer.concat(kept)
    if (this.#body.destroyed) return undefined
    if (kept.length > 0) this.#body.unshift(Buffer.concat(kept))
    return this.#body
  }

  /** It goes no further, and nobody will want it. */
  give(): void {
    this.#stop()
    this.#kept = undefined
    if (!this.#isEnded) this.#body.on('error', () => {}).destroy()
  }

  #stop(): void {
    this.#stream.off('drain', this.#onDrain)
    this.#body.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#events.onError).pause()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#events.onProgress()
    this.#keep(chunk)
    if (!this.#stream.write(chunk)) this.#body.pause()
  }

  readonly #onDrain = (): void => {
    this.#events.onProgress()
    this.#body.resume()
  }

  readonly #onEnd = (): void => {
    this.#isEnded = true
    this.#stream.end()
  }

  #keep(chunk: Buffer): void {
    if (this.#kept === undefined) return
    this.#room -= chunk.length
    if (this.#room >= 0) this.#kept.push(chunk)
    else this.#kept = undefined
  }
}
