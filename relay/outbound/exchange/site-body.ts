import { Readable } from 'node:stream'

/** The connection or stream that a body comes on. */
export interface BodySource {
  resume(): void
  /** Nobody wants the rest. */
  abort(reason: Error): void
}

/** A response's body as it comes from the site; the site is read only as fast as this is read. */
export class SiteBody extends Readable {
  readonly #controller: BodySource
  readonly #clock: { start(): void; stop(): void } | undefined
  #isComplete = false

  constructor(controller: BodySource, clock: { start(): void; stop(): void } | undefined) {
    super({ highWaterMark: 65_536 })
    this.#controller = controller
    this.#clock = clock
    // Whoever reads hears of an error; a body that nobody reads must not end the process.
    this.on('error', () => {})
  }

  /** False: enough for now, until it was read. */
  receive(chunk: Buffer): boolean {
    this.#clock?.stop()
    return this.#isComplete || this.push(chunk)
  }

  end(): void {
    if (this.#isComplete) return
    this.#isComplete = true
    this.#clock?.stop()
    this.push(null)
  }

  /** The site broke off, or the caller did. What came whole stays whole. */
  fail(error: Error): void {
    if (!this.#isComplete) this.destroy(error)
  }

  override _read(): void {
    if (!this.#isComplete) this.#clock?.start()
    this.#controller.resume()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#clock?.stop()
    if (!this.#isComplete) {
      this.#isComplete = true
      this.#controller.abort(error ?? new Error('the body was not wanted'))
    }
    callback(error)
  }
}
