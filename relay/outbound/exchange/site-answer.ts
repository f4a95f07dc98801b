import type { Readable } from 'node:stream'
import type { ForwardResponse } from '../contract.ts'
import { type BodySource, SiteBody } from './site-body.ts'

/** So much of a body waits until it is asked for; then the site is read no further. Bytes. */
const mostHeld = 65_536

/** What is known of an answer with its head. */
export interface AnswerHead {
  readonly status: number
  readonly statusText: string
  /** Flat, latin1. */
  readonly headers: readonly string[]
}

/** An answer over HTTP/1.1. Most bodies are here whole before anybody asks for them: then no stream is made. */
export class SiteAnswer implements ForwardResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly string[]
  readonly #source: BodySource
  readonly #clock: { start(): void; stop(): void } | undefined
  readonly #held: Buffer[] = []
  #size = 0
  #isComplete = false
  #failure: Error | undefined
  #trailers: readonly string[] = []
  #body: SiteBody | undefined

  constructor({ status, statusText, headers }: AnswerHead, source: BodySource, clock: { start(): void; stop(): void } | undefined) {
    this.status = status
    this.statusText = statusText
    this.headers = headers
    this.#source = source
    this.#clock = clock
  }

  get body(): Readable {
    this.#body ??= this.#stream()
    return this.#body
  }

  arrived(): Buffer | undefined {
    if (!this.#isComplete || this.#body !== undefined) return undefined
    return this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held)
  }

  trailers(): readonly string[] {
    return this.#trailers
  }

  /** False: enough for now, until it was read. */
  receive(chunk: Buffer): boolean {
    if (this.#body !== undefined) return this.#body.receive(chunk)
    if (this.#isComplete) return true
    this.#size += chunk.length
    this.#held.push(chunk)
    return this.#size < mostHeld
  }

  end(trailers: readonly string[]): void {
    this.#trailers = trailers
    this.#isComplete = true
    this.#body?.end()
  }

  /** The site broke off, or the caller did. What came whole stays whole. */
  fail(error: Error): void {
    if (this.#isComplete || this.#failure !== undefined) return
    this.#failure = error
    if (this.#body === undefined) this.#source.abort(error)
    else this.#body.fail(error)
  }

  #stream(): SiteBody {
    const body = new SiteBody(this.#source, this.#clock)
    for (const chunk of this.#held.splice(0)) body.receive(chunk)
    if (this.#isComplete) body.end()
    else if (this.#failure !== undefined) body.fail(this.#failure)
    return body
  }
}
