import { type Duplex, Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { EndSignal, ForwardRequest, ForwardResponse } from '../contract.ts'
import type { AnswerGuard } from './answer-guard.ts'
import { SiteAnswer } from './site-answer.ts'
import type { BodySource } from './site-body.ts'
import type { SiteRequest } from './site-client.ts'
import { siteError } from './site-error.ts'

/** A request as undici takes it, which is all that a stream needs. */
export interface ExchangeRequest {
  readonly method: string
  readonly path: string
  /** Flat: name, value. */
  readonly headers: readonly string[]
  readonly body: Readable | Buffer | null
  readonly bodyTimeout: number
  readonly takesTrailers?: boolean
  readonly trailers?: ForwardRequest['trailers']
  /** The protocol that is asked for instead of HTTP. */
  readonly upgrade?: string | undefined
}

export interface ExchangeOptions {
  /** Names the site in errors. */
  readonly site: string
  readonly signal?: EndSignal | undefined
  /** The request begins to be written: before this no byte of it has left. */
  readonly onStart?: () => void
  readonly onEarlyHints?: ForwardRequest['onEarlyHints']
  /** Runs while the site is waited for. */
  readonly clock?: { start(): void; stop(): void }
}

/** The answer, and the connection after a 101 (RFC 9110 section 7.8). */
export interface ExchangeResult extends ForwardResponse {
  readonly socket?: Duplex | undefined
}

/** One request and its answer on a pooled connection. Rejects with a RelayError, or with the signal's reason. */
export function exchange(pool: Dispatcher, request: ExchangeRequest, options: ExchangeOptions): Promise<ExchangeResult> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) {
      reject(options.signal.reason)
      return
    }
    const handler = new ExchangeHandler(request, options, resolve, reject)
    options.clock?.start()
    pool.dispatch(dispatched(request, handler), handler)
  })
}

/** As undici takes it: a name that it does not know is nothing to it, and it only reads the headers. */
function dispatched({ method, path, headers, body, bodyTimeout, upgrade, takesTrailers, trailers }: ExchangeRequest, handler: ExchangeHandler): SiteRequest {
  return {
    method: method as 'GET',
    path,
    headers: takesTrailers === true ? [...headers, 'te', 'trailers'] : (headers as string[]),
    // Behind a length there are no trailers: it goes in chunks again, as it came.
    body: trailers !== undefined && Buffer.isBuffer(body) ? Readable.from([body], { objectMode: false }) : body,
    bodyTimeout,
    upgrade: upgrade ?? null,
    handler,
  }
}

/**
 * Takes the calls of undici that are below its newer ones: those make an object of every header section, which nobody reads here, and
 * cost a request a tenth of what undici does for it.
 */
class ExchangeHandler implements Dispatcher.DispatchHandler, BodySource {
  readonly #request: ExchangeRequest
  readonly #options: ExchangeOptions
  readonly #resolve: (result: ExchangeResult) => void
  readonly #reject: (error: unknown) => void
  #guard: AnswerGuard | undefined
  #abort: ((reason?: Error) => void) | undefined
  #resume: (() => void) | undefined
  #isPaused = false
  #answer: SiteAnswer | undefined

  constructor(request: ExchangeRequest, options: ExchangeOptions, resolve: (result: ExchangeResult) => void, reject: (error: unknown) => void) {
    this.#request = request
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
    options.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Of the connection that it goes out on. */
  useGuard(guard: AnswerGuard): void {
    this.#guard = guard
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#resume?.()
  }

  abort(reason: Error): void {
    this.#forgetSignal()
    this.#abort?.(reason)
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#abort = abort
    this.#guard?.expectAnswer(this.#request, this.#options.onEarlyHints)
    if (this.#options.signal?.aborted) abort(this.#options.signal.reason)
    else this.#options.onStart?.()
  }

  onHeaders(status: number, raw: readonly Buffer[], resume: () => void, statusText = ''): boolean {
    // RFC 9110 section 15.2: an interim answer; the final one follows.
    if (status < 200) return true
    const { clock } = this.#options
    clock?.stop()
    this.#resume = resume
    const answer = new SiteAnswer({ status, statusText: printable(statusText), headers: latin1(raw) }, this, clock)
    this.#answer = answer
    this.#resolve(answer)
    // RFC 9112 section 6.3: these end with their header, whatever length it names; undici would wait for that length in a 304.
    if (this.#request.method === 'HEAD' || status === 204 || status === 304) answer.end([])
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.#answer?.receive(chunk) === false) this.#isPaused = true
    return !this.#isPaused
  }

  onComplete(trailers: readonly unknown[] | null): void {
    this.#forgetSignal()
    this.#answer?.end(latin1((trailers ?? []) as readonly Buffer[]))
  }

  onUpgrade(status: number, raw: readonly Buffer[] | readonly string[] | null, socket: Duplex): void {
    this.#options.clock?.stop()
    this.#forgetSignal()
    this.#guard?.detach(socket)
    const headers = latin1((raw ?? []) as readonly Buffer[])
    this.#resolve({ status, statusText: 'Switching Protocols', headers, body: Readable.from([]), trailers: () => [], socket })
  }

  onError(error: Error): void {
    const failure = this.#options.signal?.aborted ? this.#options.signal.reason : siteError(this.#options.site, error)
    this.#options.clock?.stop()
    this.#forgetSignal()
    this.#answer?.fail(failure)
    this.#reject(failure)
  }

  readonly #onAbort = (): void => {
    const { reason } = this.#options.signal as EndSignal
    this.#options.clock?.stop()
    // Without a connection it is in the queue or connecting: onConnect ends it when its turn comes.
    if (this.#answer === undefined) this.#abort?.(reason)
    else this.#answer.fail(reason)
    this.#reject(reason)
  }

  #forgetSignal(): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }
}

/** Header bytes as latin1 text, so that they are the same bytes when they are written out again. */
function latin1(buffers: readonly Buffer[]): string[] {
  const text = new Array<string>(buffers.length)
  for (let index = 0; index < buffers.length; index++) text[index] = (buffers[index] as Buffer).toString('latin1')
  return text
}

/** RFC 9112 section 4: the reason phrase means nothing; one that cannot be written again is left out. */
function printable(statusText: string): string {
  return statusText === 'OK' || /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : ''
}
