import { STATUS_CODES } from 'node:http'
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2'
import { Readable } from 'node:stream'
import { RelayError } from '../../errors.ts'
import { tellLinks } from '../exchange/early-hints.ts'
import type { ExchangeOptions, ExchangeRequest, ExchangeResult } from '../exchange/exchange.ts'
import { SiteBody } from '../exchange/site-body.ts'
import { siteError } from '../exchange/site-error.ts'
import { breakOff } from './break-off.ts'
import type { Http2Connection } from './http2-connection.ts'
import { faultOf, headerTooLarge, StreamFailure, streamError } from './stream-failure.ts'
import { StreamUpload } from './stream-upload.ts'
import { agreedWebSocket, askForWebSocket } from './websocket-on-stream.ts'
import { writeHead } from './write-head.ts'

/** For the head of an answer, from the last byte that went up. Milliseconds. */
const headersTimeout = 120_000
/** RFC 9110 section 15.2: interim answers may be any number; so many are no answer. */
const mostInterim = 100
/** Of an answer's header section, as over HTTP/1.1. Bytes. */
const mostHeaderBytes = 65_536

/** For the site to end a WebSocket whose client has ended it. Milliseconds. */
const closingTime = 1_000

const { NGHTTP2_CANCEL } = constants

type StreamOptions = Pick<ExchangeOptions, 'site' | 'signal' | 'onEarlyHints'>

/**
 * One request and its answer on a stream of this connection. Rejects with a StreamFailure when the stream ends without an answer, with
 * a RelayError, or with the signal's reason.
 */
export function exchangeOnStream(connection: Http2Connection, request: ExchangeRequest, options: StreamOptions): Promise<ExchangeResult> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) return void reject(options.signal.reason)
    new StreamExchange(connection, request, options, { resolve, reject })
  })
}

class StreamExchange {
  readonly #connection: Http2Connection
  readonly #request: ExchangeRequest
  readonly #options: StreamOptions
  readonly #promise: { resolve(result: ExchangeResult): void; reject(error: unknown): void }
  readonly #stream: ClientHttp2Stream
  readonly #push: ClientHttp2Stream['push']
  readonly #upload: StreamUpload | undefined
  readonly #timer: NodeJS.Timeout
  #body: SiteBody | undefined
  #trailers: readonly string[] = []
  #interim = 0
  #isAwaited = true
  /** Why it was ended from this side. */
  #reason: unknown
  #cause: unknown
  /** The site has ended its side, and not by a reset. */
  #isWhole = false
  /** And all of it has been passed on. */
  #isPassed = false

  constructor(
    connection: Http2Connection,
    request: ExchangeRequest,
    options: StreamOptions,
    promise: { resolve(result: ExchangeResult): void; reject(error: unknown): void },
  ) {
    this.#connection = connection
    this.#request = request
    this.#options = options
    this.#promise = promise
    const { body } = request
    const { upgrade } = request
    const head = writeHead(upgrade === undefined ? request : askForWebSocket(request), connection.authority, upgrade)
    const stream = connection.request(head, {
      endStream: body === null && upgrade === undefined,
      waitForTrailers: body !== null && request.trailers !== undefined,
    })
    this.#stream = stream
    this.#push = stream.push
    this.#watchEnd()
    stream
      .on('headers', this.#onInterim)
      .on('response', this.#onResponse)
      .on('trailers', this.#onTrailers)
      .on('wantTrailers', this.#onWantTrailers)
      .on('end', this.#onEnd)
      .on('error', this.#onError)
      .on('close', this.#onClose)
    this.#timer = setTimeout(this.#onTimeout, headersTimeout)
    options.signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (body instanceof Readable) {
      this.#upload = new StreamUpload(stream, body, { onProgress: this.#onProgress, onError: this.#onBodyError })
    }
    if (Buffer.isBuffer(body)) stream.end(body)
  }

  /**
   * Node ends a stream's readable side for a reset without an error, too; then the stream counts as closed already. What is whole is
   * passed on at once, however slow the client: with the connection Node would drop what nobody has read.
   */
  #watchEnd(): void {
    const [stream, push] = [this.#stream, this.#push]
    stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk !== null || stream.closed) return push.call(stream, chunk, encoding)
      this.#isWhole = true
      const goesOn = push.call(stream, null)
      if (this.#body !== undefined) stream.resume()
      return goesOn
    }
  }

  readonly #onInterim = (headers: IncomingHttpHeaders, _flags: number, raw: unknown): void => {
    this.#interim += 1
    if (this.#interim > mostInterim) return void this.#end(this.#down('its answer is not valid HTTP'))
    const { onEarlyHints } = this.#options
    const status = headers[':status'] as unknown as number
    if (onEarlyHints !== undefined && status === 103 && this.#reason === undefined) tellLinks(raw as string[], onEarlyHints)
  }

  readonly #onResponse = (headers: IncomingHttpHeaders, flags: number, raw: unknown): void => {
    if (this.#reason !== undefined) return
    this.#endWait()
    const fields = fieldsOf(raw as string[])
    // nghttp2 minds the limit only once the site has acknowledged it.
    if (fields === undefined) return void this.#end(this.#down(headerTooLarge))
    const status = headers[':status'] as unknown as number
    const stream = this.#stream
    if (this.#request.upgrade !== undefined && status < 300) return void this.#onWebSocket(fields)
    const body = new SiteBody({ resume: () => stream.resume(), abort: (reason) => this.#end(reason) }, undefined)
    this.#body = body
    const endsWithHead = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    const statusText = STATUS_CODES[status] ?? ''
    this.#promise.resolve({ status, statusText, headers: fields, body, endsWithHead, trailers: () => this.#trailers })
    if (this.#request.method === 'HEAD' || status === 204 || status === 304) body.end()
    stream.on('data', (chunk: Buffer) => {
      if (!body.receive(chunk) && !this.#isWhole) stream.pause()
    })
  }

  /** The site agrees; the rest of the stream is the WebSocket's. */
  #onWebSocket(fields: readonly string[]): void {
    const stream = this.#stream
    // Not deleted: an object that has lost a property takes several times the memory.
    stream.push = this.#push
    stream.off('end', this.#onEnd).off('close', this.#onClose).off('trailers', this.#onTrailers)
    this.#forgetSignal()
    // Half a stream is no WebSocket; a connection of HTTP/1.1 would be closed by the site itself.
    stream.once('finish', () => {
      const timer = setTimeout(() => stream.close(NGHTTP2_CANCEL), closingTime)
      stream.once('close', () => clearTimeout(timer))
    })
    this.#promise.resolve({ ...agreedWebSocket(fields, this.#request.headers), socket: stream })
  }

  readonly #onWantTrailers = (): void => {
    try {
      this.#stream.sendTrailers(recordOf(this.#request.trailers?.() ?? []))
    } catch {
      // One that node:http2 takes for wrong, such as one twice of which there is one: none of them goes.
      this.#stream.sendTrailers({})
    }
  }

  readonly #onTrailers = (_headers: IncomingHttpHeaders, _flags: number, raw: unknown): void => {
    this.#trailers = raw as string[]
  }

  readonly #onEnd = (): void => {
    if (!this.#isWhole || this.#body === undefined) return
    this.#isPassed = true
    this.#body.end()
    // The answer is whole: what is left of the request is of no use to the site (RFC 9113 section 8.1).
    if (!this.#stream.writableFinished) breakOff(this.#stream, NGHTTP2_CANCEL)
  }

  readonly #onError = (error: Error): void => {
    this.#cause = error
  }

  readonly #onClose = (): void => {
    this.#endWait()
    this.#forgetSignal()
    if (this.#body === undefined && this.#reason === undefined) return void this.#promise.reject(this.#failure())
    this.#upload?.give()
    if (!this.#isPassed) this.#body?.fail((this.#reason as Error | undefined) ?? this.#failure().error)
  }

  #failure(): StreamFailure {
    const { body } = this.#request
    const fault = faultOf(this.#stream, this.#connection, this.#cause)
    const left = this.#upload === undefined ? body : this.#upload.takeBack()
    return new StreamFailure(fault, streamError(this.#options.site, this.#stream, fault, this.#cause), left)
  }

  readonly #onTimeout = (): void => {
    // A window that the site never opens again holds back others, too.
    this.#connection.leave()
    this.#end(this.#down('its answer timed out'))
  }

  readonly #onAbort = (): void => this.#end(this.#options.signal?.reason)

  readonly #onProgress = (): void => {
    if (this.#isAwaited) this.#timer.refresh()
  }

  readonly #onBodyError = (error: Error): void => this.#end(siteError(this.#options.site, error))

  /** Ends the stream from this side; the site learns that nobody wants the answer. */
  #end(reason: unknown): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#promise.reject(reason)
    this.#body?.fail(reason as Error)
    breakOff(this.#stream, NGHTTP2_CANCEL)
  }

  #forgetSignal(): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }

  #endWait(): void {
    this.#isAwaited = false
    clearTimeout(this.#timer)
  }

  #down(reason: string): RelayError {
    return new RelayError('site_down', { params: { site: this.#options.site, reason } })
  }
}

/** Without the pseudo fields; undefined: they are more than is taken. nghttp2 has refused what is no field. */
function fieldsOf(raw: readonly string[]): string[] | undefined {
  const fields: string[] = []
  let bytes = 0
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [raw[i] as string, raw[i + 1] as string]
    bytes += name.length + value.length
    if (!name.startsWith(':')) fields.push(name, value)
  }
  return bytes > mostHeaderBytes ? undefined : fields
}

function recordOf(raw: readonly string[]): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null)
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase()
    const before = found[name]
    found[name] = before === undefined ? (raw[i + 1] as string) : [before, raw[i + 1] as string].flat()
  }
  return found
}
