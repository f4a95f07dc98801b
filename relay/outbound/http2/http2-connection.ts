import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import type { TLSSocket } from 'node:tls'

/** For the site's SETTINGS, which every server sends first (RFC 9113 section 3.4). Milliseconds. */
const settingsTimeout = 5_000
/** How often a connection is looked after. Milliseconds. */
const tickTime = 15_000
/** Without any stream for so many ticks a connection ends. */
const idleTicks = 4
/** After so many ticks without a byte from the site, though it was pinged, new requests go elsewhere; and the connection is given up. */
const suspectTicks = 2
const deadTicks = 8
/** For the site to end its side of a connection that is over. Milliseconds. */
const endingTime = 5_000
/** A connection is left after so many requests: stream ids run out (section 5.1.1). */
const mostRequests = 1_000_000

/** What a site may send before the client takes it: for one stream, and for all of a connection together. Bytes. */
const streamWindow = 1 << 19
const connectionWindow = 4 << 20

const options = {
  settings: { enablePush: false, initialWindowSize: streamWindow, maxHeaderListSize: 65_536 },
  maxHeaderListPairs: 512,
  maxSessionInvalidFrames: 100,
  strictSingleValueFields: false,
}

/**
 * A session whose SETTINGS were never acknowledged is held by node:http2's callback for them. What it leads to by its listeners is
 * never freed; so a session that is over has but this one, which holds nothing.
 */
const ignore = (): void => {}

/** One connection of HTTP/2 to a site (RFC 9113). */
export class Http2Connection {
  readonly authority: string
  readonly #session: ClientHttp2Session
  readonly #socket: TLSSocket
  readonly #ticking: NodeJS.Timeout
  #mostStreams: number
  #streams = 0
  #requests = 0
  #isLeft = false
  /** The last stream that the site may have acted on, once it has said so. */
  #lastStream = Number.POSITIVE_INFINITY
  #goaway = 0
  #bytesRead = 0
  #quietTicks = 0
  #unusedTicks = 0

  /**
   * Resolves once the site has shown that it speaks HTTP/2: no request is sent on a connection that has not. Rejects when it does
   * not, within a few seconds; the connection is closed then.
   */
  static open(socket: TLSSocket, authority: string): Promise<Http2Connection> {
    return new Promise((resolve, reject) => {
      const session = connect(`https://${authority}`, { ...options, createConnection: () => socket })
      const timer = setTimeout(() => socket.destroy(), settingsTimeout)
      let failure: unknown
      session
        .on('error', (error) => {
          failure = error
        })
        .once('connect', () => session.setLocalWindowSize(connectionWindow))
        .once('remoteSettings', ({ maxConcurrentStreams }) => {
          clearTimeout(timer)
          // One that takes no request at all is of no use.
          if (maxConcurrentStreams === 0) socket.destroy()
          else resolve(new Http2Connection(session, socket, authority))
        })
        .once('close', () => {
          clearTimeout(timer)
          session.removeAllListeners().on('error', ignore)
          reject(failure ?? new Error('no SETTINGS came'))
        })
    })
  }

  private constructor(session: ClientHttp2Session, socket: TLSSocket, authority: string) {
    this.authority = authority
    this.#session = session
    this.#socket = socket
    this.#mostStreams = session.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY
    this.#ticking = setInterval(() => this.#tick(), tickTime)
    session.on('goaway', (code, lastStream) => {
      this.#goaway = code
      this.#lastStream = Math.min(this.#lastStream, lastStream)
      this.leave()
    })
    session.on('remoteSettings', ({ maxConcurrentStreams }) => {
      this.#mostStreams = maxConcurrentStreams ?? Number.POSITIVE_INFINITY
    })
    // What came before it may still be read: the socket ends its own side by itself, and closes, and with it the session.
    socket.once('end', () => this.leave())
    session.once('close', () => {
      this.#isLeft = true
      clearInterval(this.#ticking)
    })
  }

  /** May one more request be sent on it? */
  get hasRoom(): boolean {
    const isOpen = !this.#isLeft && !this.#session.closed && !this.#session.destroyed
    return isOpen && this.#streams < this.#mostStreams && this.#quietTicks < suspectTicks
  }

  /** Requests at once, at most, by the site's word. */
  get mostStreams(): number {
    return this.#mostStreams
  }

  /** Requests under way. */
  get streams(): number {
    return this.#streams
  }

  get isOver(): boolean {
    return this.#session.destroyed
  }

  /** The site takes WebSockets on streams (RFC 8441 section 3). */
  get takesWebSockets(): boolean {
    return this.#session.remoteSettings.enableConnectProtocol === true
  }

  /** Begins a stream. Throws what node:http2 finds wrong with the header section. */
  request(head: string[], options: { readonly endStream: boolean; readonly waitForTrailers: boolean }): ClientHttp2Stream {
    const stream = this.#session.request(head as never, options)
    this.#streams += 1
    this.#requests += 1
    if (this.#requests >= mostRequests) this.leave()
    this.#unusedTicks = 0
    stream.once('close', () => {
      this.#streams -= 1
      if (this.#isLeft && this.#streams === 0) this.#end()
    })
    return stream
  }

  /** The site has not acted on this stream, and never will (RFC 9113 sections 6.8, 8.7). */
  isUnprocessed({ id, rstCode }: ClientHttp2Stream): boolean {
    if (id === undefined || id > this.#lastStream) return true
    // After a GOAWAY with an error Node gives that code to every stream.
    return this.#goaway === 0 && rstCode === refusedStream
  }

  /** Takes no more requests; ends with those under way. */
  leave(): void {
    this.#isLeft = true
    if (this.#streams === 0) this.#end()
  }

  /** Ends now, and all on it. */
  destroy(): void {
    this.#isLeft = true
    this.#session.destroy()
    // Node waits for what is written to be taken.
    this.#socket.destroy()
  }

  #end(): void {
    this.#session.close()
    // A site that never ends its side would keep it open for ever.
    const timer = setTimeout(() => this.#socket.destroy(), endingTime).unref()
    this.#socket.once('close', () => clearTimeout(timer))
  }

  #tick(): void {
    if (this.#streams === 0) {
      if (++this.#unusedTicks >= idleTicks) this.leave()
      return
    }
    const { bytesRead } = this.#socket
    if (bytesRead !== this.#bytesRead) {
      this.#bytesRead = bytesRead
      this.#quietTicks = 0
      return
    }
    this.#quietTicks += 1
    // A stream of events may be silent for long; a site that is there answers this (section 6.7).
    if (this.#quietTicks === 1) this.#session.ping(ignore)
    else if (this.#quietTicks >= deadTicks) this.destroy()
  }
}

const refusedStream = 7
