import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ForwardRequest } from '../contract.ts'
import { tellEarlyHints } from './early-hints.ts'
import { nothingToEnd, type TrailingRequest, writeTrailers } from './write-trailers.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const two = 0x32
const mostLine = 8192
/** Of one interim answer. Bytes. */
const mostInterimBytes = 65_536
/** As over HTTP/2: so many are no answer. */
const mostInterimAnswers = 100
const nothing = Buffer.alloc(0)
const endOfHead = Buffer.from('\r\n\r\n')

type State =
  /** Between the first status line and the next request: bytes pass. */
  | 'passing'
  /** A status line is due, or half there. */
  | 'status-line'
  /** Inside an interim answer, which is dropped. */
  | 'interim'

/**
 * Reads along the beginning of every answer on a connection, before undici's parser does, and does two things that parser lacks:
 *
 * - a carriage return in the status line that no line feed follows ends the connection (RFC 9112 section 2.2); the parser takes
 *   `200 OK\r\rContent-Length: 4` for two lines.
 * - interim answers (1xx but 101) are taken out: RFC 9110 section 15.2 has a client take several of them, asked for or not, and the
 *   parser ends the connection at a `100 Continue`, which old servers send by themselves. Of a 103 the links are told.
 */
export class AnswerGuard {
  #state: State = 'passing'
  #held: Buffer = nothing
  /** Interim answers to the present request. */
  #interims = 0
  #socket: Socket | undefined
  #read: Socket['read'] | undefined
  #endWriting = nothingToEnd
  #onEarlyHints: ForwardRequest['onEarlyHints']

  /** Reads along on this connection, by standing before its `read`. */
  attach(socket: Socket): this {
    this.#socket = socket
    const { read } = socket
    this.#read = read
    socket.read = (size?: number) => {
      const chunk: Buffer | null = read.call(socket, size)
      if (chunk === null || this.#state === 'passing') return chunk
      const passed = this.#inspect(chunk)
      if (passed === undefined) socket.destroy(Object.assign(new Error('the beginning of the answer is not valid'), { name: 'HTTPParserError' }))
      return passed ?? null
    }
    return this
  }

  /** The connection is somebody else's from here on. */
  detach(socket: Duplex): void {
    // Not deleted: an object that has lost a property takes several times the memory, and a WebSocket may stay open for days.
    if (this.#read !== undefined) socket.read = this.#read
    this.#socket = undefined
    this.#endWriting()
  }

  /** A request is being written: what comes next is a status line. */
  expectAnswer(request: TrailingRequest, onEarlyHints: ForwardRequest['onEarlyHints']): void {
    this.#endWriting()
    if (this.#socket !== undefined) this.#endWriting = writeTrailers(this.#socket, request)
    this.#onEarlyHints = onEarlyHints
    this.#state = 'status-line'
    this.#held = nothing
    this.#interims = 0
  }

  /** What of it the parser may see; undefined: not HTTP. */
  #inspect(chunk: Buffer): Buffer | undefined {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = nothing
    while (this.#state !== 'passing') {
      const end = this.#state === 'interim' ? endOfInterim(rest) : endOfStatusLine(rest)
      if (end === 'bad') return undefined
      if (end === 'more') {
        this.#held = rest
        return nothing
      }
      if (this.#state === 'interim') {
        this.#interims += 1
        if (end > mostInterimBytes || this.#interims > mostInterimAnswers) return undefined
        if (this.#onEarlyHints !== undefined) tellEarlyHints(rest.toString('latin1', 0, end), this.#onEarlyHints)
        rest = rest.subarray(end)
        this.#state = 'status-line'
      } else {
        this.#state = isInterim(rest) ? 'interim' : 'passing'
      }
    }
    return rest
  }
}

function endOfStatusLine(bytes: Buffer): number | 'more' | 'bad' {
  let at = beginning(bytes)
  for (; at < bytes.length; at++) {
    if (bytes[at] === lineFeed) return at + 1
    if (bytes[at] === carriageReturn && at + 1 < bytes.length && bytes[at + 1] !== lineFeed) return 'bad'
  }
  return bytes.length > mostLine ? 'bad' : 'more'
}

function endOfInterim(bytes: Buffer): number | 'more' | 'bad' {
  const end = bytes.indexOf(endOfHead)
  if (end >= 0) return end + endOfHead.length
  return bytes.length > mostInterimBytes ? 'bad' : 'more'
}

function isInterim(bytes: Buffer): boolean {
  const from = beginning(bytes)
  // `HTTP/1.1 2`, as nearly all are.
  if (bytes[from + 9] === two) return false
  return /^HTTP\/1\.\d 1(?!01)\d\d(?!\d)/.test(bytes.toString('latin1', from, from + 13))
}

/** Line ends before the status line are let go by, as the parser does. */
function beginning(bytes: Buffer): number {
  let at = 0
  while (bytes[at] === carriageReturn || bytes[at] === lineFeed) at++
  return at
}
