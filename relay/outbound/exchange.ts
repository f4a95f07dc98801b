import { type Duplex, Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { AnswerGuard } from './answer-guard.ts'
import type { EndSignal, ForwardRequest, ForwardResponse } from './contract.ts'
import { SiteBody } from './site-body.ts'
import type { SiteRequest } from './site-client.ts'
import { siteError } from './site-error.ts'

/** A request as undici takes it, which is all that a stream needs. */
export interface ExchangeRequest {
  readonly method: string
  readonly path: string
  /** Flat: name, value. */
  readonly headers: string[]
  readonly body: Readable | Buffer | null
  readonly bodyTimeout: number
  readonly takesTrailers?: boolean
  readonly trailers?: ForwardRequest['trailers']
  /** The protocol that is asked for instead of HTTP. */
  readonly upgrade?: string
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

export interface ExchangeResult {
  readonly response: ForwardResponse
  /** After a 101 (RFC 9110 section 7.8). */
  readonly socket?: Duplex
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
    const guarded: SiteRequest = { ...request, method: request.method as 'GET', onGuard: (guard) => handler.useGuard(guard) }
    if (request.takesTrailers === true) guarded.headers = [...request.headers, 'te', 'trailers']
    // Behind a length there are no trailers: it goes in chunks again, as it came.
    if (request.trailers !== undefined && Buffer.isBuffer(request.body)) guarded.body = Readable.from([request.body], { objectMode: false })
    pool.dispatch(guarded, handler)
  })
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #request: ExchangeRequest
  readonly #options: ExchangeOptions
  readonly #resolve: (result: ExchangeResult) => void
  readonly #reject: (error: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #guard: AnswerGuard | undefined
  #body: SiteBody | undefined
  #trailers: readonly Buffer[] = []

  constructor(request: ExchangeRequest, options: ExchangeOptions, resolve: (result: ExchangeResult) => void, reject: (error: unknown) => void) {
    this.#request = request
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
    options.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  useGuard(guard: AnswerGuard): void {
    this.#guard = guard
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#guard?.expectAnswer(this.#request, this.#options.onEarlyHints)
    if (this.#options.signal?.aborted) controller.abort(this.#options.signal.reason)
    else this.#options.onStart?.()
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _headers: unknown, statusText = ''): void {
    // RFC 9110 section 15.2: an interim answer; the final one follows.
    if (status < 200) return
    this.#options.clock?.stop()
    const body = new SiteBody(controller, this.#options.clock)
    body.once('close', this.#forgetSignal)
    this.#body = body
    this.#resolve({
      response: { status, statusText: printable(statusText), headers: latin1(controller.rawHeaders), body, trailers: () => latin1(this.#trailers) },
    })
    // RFC 9112 section 6.3: these end with their header, whatever length it names; undici would wait for that length in a 304.
    if (this.#request.method === 'HEAD' || status === 204 || status === 304) body.end()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body?.receive(chunk) === false) controller.pause()
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#trailers = (controller.rawTrailers ?? []) as Buffer[]
    this.#body?.end()
  }

  onRequestUpgrade(controller: Dispatcher.DispatchController, status: number, _headers: unknown, socket: Duplex): void {
    this.#options.clock?.stop()
    this.#forgetSignal()
    this.#guard?.detach(socket)
    const response = { status, statusText: 'Switching Protocols', headers: latin1(controller.rawHeaders), body: Readable.from([]), trailers: () => [] }
    this.#resolve({ response, socket })
  }

  onResponseError(_controller: unknown, error: Error): void {
    const failure = this.#options.signal?.aborted ? this.#options.signal.reason : siteError(this.#options.site, error)
    this.#options.clock?.stop()
    this.#forgetSignal()
    this.#body?.fail(failure)
    this.#reject(failure)
  }

  readonly #onAbort = (): void => {
    const { reason } = this.#options.signal as EndSignal
    this.#options.clock?.stop()
    this.#body?.fail(reason)
    // Without a controller it is in the queue or connecting: onRequestStart ends it when its turn comes.
    if (this.#body === undefined) this.#controller?.abort(reason)
    this.#reject(reason)
  }

  readonly #forgetSignal = (): void => {
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }
}

/** Header bytes as latin1 text, so that they are the same bytes when they are written out again. */
function latin1(raw: Dispatcher.DispatchController['rawHeaders'] | readonly Buffer[]): string[] {
  const buffers = (raw ?? []) as readonly Buffer[]
  const text = new Array<string>(buffers.length)
  for (let index = 0; index < buffers.length; index++) text[index] = (buffers[index] as Buffer).toString('latin1')
  return text
}

/** RFC 9112 section 4: the reason phrase means nothing; one that cannot be written again is left out. */
function printable(statusText: string): string {
  return /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : ''
}
