import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type buildConnector, Pool } from 'undici'
import { RelayError } from '../../errors.ts'
import type { EndSignal } from '../contract.ts'
import { type ExchangeOptions, type ExchangeRequest, type ExchangeResult, exchange } from '../exchange/exchange.ts'
import { SiteClient } from '../exchange/site-client.ts'
import { siteError } from '../exchange/site-error.ts'
import { Http2Connection } from '../http2/http2-connection.ts'
import { exchangeOnStream } from '../http2/stream-exchange.ts'
import { StreamFailure } from '../http2/stream-failure.ts'

const headersTimeout = 120_000
/** How long a site that speaks HTTP/1.1, or whose HTTP/2 is broken, is not asked for HTTP/2 again. Milliseconds. */
const memory = 600_000
/** A request is begun so often at most, while the site refuses it or ends the connection under it. */
const mostTries = 8
/** Streams at once on a connection, until the site has said how many it takes. */
const likelyStreams = 100
/** For undici to take a connection that was opened for it. Milliseconds. */
const takeTime = 4_000

/** Opens a connection to an origin, as the rules allow, within a time of its own unless a signal is given; `offersHttp2`: HTTP/2 may be agreed on. */
export type OpenConnection = (offersHttp2: boolean, signal?: AbortSignal) => Promise<Socket | TLSSocket>

/** A connection that is being opened, and how many requests wait for it. Undefined: the site speaks HTTP/1.1. */
interface Opening {
  readonly connected: Promise<Http2Connection | undefined>
  takers: number
}

/**
 * The connections to an origin. Over https the site chooses by ALPN: a pool of connections of HTTP/1.1, or as few of HTTP/2 as carry
 * what is under way. Until it is known what a site speaks, requests wait for its first connection.
 */
export class SiteConnections {
  /** HTTP/1.1, whatever else the site speaks. */
  readonly http1: Pool
  readonly #open: OpenConnection
  readonly #origin: string
  readonly #authority: string
  readonly #isSecure: boolean
  #speaks: 'unknown' | 'http/1.1' | 'h2'
  /** When HTTP/2 may be offered again. */
  #askAgain = 0
  #http2: Http2Connection[] = []
  readonly #opening = new Set<Opening>()
  #mostStreams = likelyStreams
  /** The site's latest connection of HTTP/2 takes WebSockets on streams (RFC 8441 section 3). */
  #takesWebSockets = false
  /** Of HTTP/1.1, opened when it was not known yet; it ends when nobody takes it in time. */
  #spare: { readonly socket: Socket; readonly timer: NodeJS.Timeout } | undefined
  #isClosed = false
  #isDestroyed = false

  constructor(origin: string, open: OpenConnection) {
    this.#open = open
    this.#isSecure = origin.startsWith('https:')
    this.#authority = origin.slice(origin.indexOf('//') + 2)
    this.#speaks = this.#isSecure ? 'unknown' : 'http/1.1'
    this.#origin = origin
    this.http1 = this.#newPool()
  }

  /** One request and its answer, over what the site speaks. Rejects with a RelayError, or with the signal's reason. */
  exchange(request: ExchangeRequest, options: ExchangeOptions): Promise<ExchangeResult> {
    if (this.#speaks === 'http/1.1') return this.#overHttp1(request, options)
    if (request.upgrade !== undefined) return this.#upgrade(request, options)
    const connection = this.#isDestroyed ? undefined : this.#withRoom()
    return connection === undefined ? this.#whenConnected(request, options, 1) : this.#onStream(connection, request, options, 1)
  }

  /** Opens the connection that a first request would wait for, where it is not known yet what the site speaks; later ones it helps nothing. */
  prepare(): void {
    if (this.#speaks === 'unknown' && this.#opening.size === 0 && !this.#isClosed) this.#begin().connected.catch(() => {})
  }

  /** Requests under way. */
  get size(): number {
    return this.#http2.reduce((sum, { streams }) => sum + streams, this.http1.stats.size + this.#opening.size)
  }

  /** Takes no more requests; what is under way comes to its end. */
  close(): void {
    this.#isClosed = true
    for (const connection of this.#http2) connection.leave()
    void this.http1.close()
  }

  async destroy(): Promise<void> {
    this.#isDestroyed = true
    this.#isClosed = true
    for (const connection of this.#http2) connection.destroy()
    this.#takeSpare()?.destroy()
    await this.http1.destroy()
  }

  /** One that was taken before these were closed, and turns out to need HTTP/1.1 after that, has a pool of its own. */
  #overHttp1(request: ExchangeRequest, options: ExchangeOptions): Promise<ExchangeResult> {
    if (!this.#isClosed || this.#isDestroyed) return exchange(this.http1, request, options)
    const last = this.#newPool()
    const answered = exchange(last, request, options)
    void last.close()
    return answered
  }

  async #whenConnected(request: ExchangeRequest, options: ExchangeOptions, tries: number): Promise<ExchangeResult> {
    const { site } = options
    if (this.#isDestroyed) throw new RelayError('site_down', { params: { site, reason: 'the relay is being stopped' } })
    if (tries > mostTries) this.#distrust()
    if (this.#speaks === 'http/1.1') return this.#overHttp1(request, options)
    const connection = this.#withRoom() ?? (await this.#connected(options).catch((error) => Promise.reject(unwanted(options, error))))
    if (connection === undefined) return this.#overHttp1(request, options)
    if (!connection.hasRoom) return this.#whenConnected(request, options, tries + 1)
    return this.#onStream(connection, request, options, tries)
  }

  #onStream(connection: Http2Connection, request: ExchangeRequest, options: ExchangeOptions, tries: number): Promise<ExchangeResult> {
    const answered = exchangeOnStream(connection, request, options)
    if (this.#isClosed) connection.leave()
    return answered.catch((error) => this.#again(error, request, options, tries))
  }

  #again(error: unknown, request: ExchangeRequest, options: ExchangeOptions, tries: number): Promise<ExchangeResult> {
    if (!(error instanceof StreamFailure)) throw error
    if (error.fault === 'wants-http1' || error.fault === 'broken') this.#distrust()
    const { body } = error
    if (body === undefined || tries === mostTries || !isResendable(error, request)) throw error.error
    return this.#whenConnected({ ...request, body }, options, tries + 1)
  }

  /** On a stream where the site takes that (RFC 8441); else over HTTP/1.1, where every site takes it that takes WebSockets at all. */
  async #upgrade(request: ExchangeRequest, options: ExchangeOptions): Promise<ExchangeResult> {
    const connection = request.upgrade === 'websocket' && hasKey(request) ? await this.#forWebSocket(options) : undefined
    if (connection === undefined) return this.#overHttp1(request, options)
    try {
      return await exchangeOnStream(connection, request, options)
    } catch (error) {
      if (!(error instanceof StreamFailure)) throw error
      if (error.fault === 'lost') throw error.error
      return this.#overHttp1(request, options)
    }
  }

  /** A connection of its own would cost a WebSocket some 50 kB of memory for as long as it is open, a stream a fifth of that. */
  async #forWebSocket(options: ExchangeOptions): Promise<Http2Connection | undefined> {
    for (let tries = 0; tries < mostTries && !this.#isClosed; tries++) {
      const connection = this.#withRoomForWebSocket()
      if (connection !== undefined) return connection
      // A further one would take them if the latest does.
      if (!this.#takesWebSockets || this.#speaks !== 'h2') return undefined
      await this.#connected(options).catch((error) => Promise.reject(unwanted(options, error)))
    }
    return undefined
  }

  #withRoom(): Http2Connection | undefined {
    for (const connection of this.#http2) if (connection.hasRoom) return connection
    return undefined
  }

  #withRoomForWebSocket(): Http2Connection | undefined {
    return this.#http2.find((connection) => connection.hasRoom && connection.takesWebSockets)
  }

  /** A new connection, shared by as many as it will carry. Undefined: the site speaks HTTP/1.1. */
  #connected({ signal }: ExchangeOptions): Promise<Http2Connection | undefined> {
    for (const opening of this.#opening) {
      if (opening.takers >= this.#mostStreams) continue
      opening.takers += 1
      return unlessEnded(opening.connected, signal)
    }
    const opening = this.#begin()
    opening.takers += 1
    return unlessEnded(opening.connected, signal)
  }

  #begin(): Opening {
    const opening = { connected: this.#connect(), takers: 0 }
    this.#opening.add(opening)
    const forget = (): void => void this.#opening.delete(opening)
    opening.connected.then(forget, forget)
    return opening
  }

  async #connect(): Promise<Http2Connection | undefined> {
    const socket = await this.#open(true)
    if (this.#isDestroyed) socket.destroy()
    if (isHttp2(socket)) return this.#adopt(socket)
    this.#speakHttp1()
    this.#keepSpare(socket)
    return undefined
  }

  async #adopt(socket: TLSSocket): Promise<Http2Connection | undefined> {
    try {
      const connection = await Http2Connection.open(socket, this.#authority)
      if (this.#isDestroyed) connection.destroy()
      this.#speaks = 'h2'
      this.#mostStreams = connection.mostStreams
      this.#takesWebSockets = connection.takesWebSockets
      this.#http2 = [...this.#http2.filter(({ isOver }) => !isOver), connection]
      return connection
    } catch {
      // It says HTTP/2 and does not speak it.
      this.#distrust()
      return undefined
    }
  }

  #distrust(): void {
    this.#speakHttp1()
    for (const connection of this.#http2) connection.leave()
  }

  #speakHttp1(): void {
    this.#speaks = 'http/1.1'
    this.#askAgain = performance.now() + memory
  }

  #keepSpare(socket: Socket): void {
    // Nobody would know of the one before, if nobody has taken it.
    this.#takeSpare()?.destroy()
    const timer = setTimeout(() => socket.destroy(), takeTime)
    this.#spare = { socket, timer }
    socket.once('close', () => clearTimeout(timer))
  }

  #takeSpare(): Socket | undefined {
    const spare = this.#spare
    this.#spare = undefined
    clearTimeout(spare?.timer)
    return spare?.socket
  }

  #newPool(): Pool {
    return new Pool(this.#origin, {
      connect: this.#connector,
      factory: (url, options) => new SiteClient(url, options as ConstructorParameters<typeof SiteClient>[1]),
      pipelining: 1,
      allowH2: false,
      headersTimeout,
      maxHeaderSize: 65_536,
    })
  }

  /** A connection for the pool of HTTP/1.1. */
  readonly #connector: buildConnector.connector = (_options, callback) => {
    this.#openHttp1().then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    )
  }

  async #openHttp1(): Promise<Socket> {
    const spare = this.#takeSpare()
    if (spare !== undefined && !spare.destroyed) return spare
    if (!this.#isSecure || this.#speaks !== 'http/1.1' || performance.now() < this.#askAgain) return this.#open(false)
    // A site may have learnt HTTP/2 meanwhile: then the next request goes over this one.
    this.#askAgain = performance.now() + memory
    const socket = await this.#open(true)
    if (!isHttp2(socket)) return socket
    await this.#adopt(socket)
    return this.#open(false)
  }
}

function isHttp2(socket: Socket | TLSSocket): socket is TLSSocket {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2'
}

function hasKey({ headers }: ExchangeRequest): boolean {
  return headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'sec-websocket-key')
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** RFC 9113 sections 6.8, 8.7; RFC 9110 section 9.2.2 for one that may have reached a site whose answer was broken. */
function isResendable({ fault }: StreamFailure, { method }: ExchangeRequest): boolean {
  switch (fault) {
    case 'unprocessed':
    case 'wants-http1':
      return true
    case 'broken':
      return safeMethods.has(method)
    case 'lost':
      return false
  }
}

/** What a request without a connection ends with. */
function unwanted({ site, signal }: ExchangeOptions, error: unknown): unknown {
  return signal?.aborted ? signal.reason : siteError(site, error)
}

function unlessEnded<T>(promise: Promise<T>, signal: EndSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
