import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { ClientAnswer, ClientRequest } from '../../traffic/index.ts'

/** The answer on a stream, by the same calls as one over HTTP/1.1. */
export class StreamAnswer implements ClientAnswer {
  readonly req: ClientRequest
  readonly #stream: ServerHttp2Stream
  readonly #trailers: OutgoingHttpHeaders = Object.create(null)
  #isEnded = false

  constructor(stream: ServerHttp2Stream, req: ClientRequest) {
    this.req = req
    this.#stream = stream
    stream.on('wantTrailers', () => {
      try {
        stream.sendTrailers(this.#trailers)
      } catch {
        // One that node:http2 takes for wrong: none of them goes.
        stream.sendTrailers({})
      }
    })
  }

  get headersSent(): boolean {
    return this.#stream.headersSent
  }

  get writableFinished(): boolean {
    // A stream that the client gives up counts as finished too.
    return this.#isEnded && this.#stream.writableFinished
  }

  get writableLength(): number {
    return this.#stream.writableLength
  }

  get destroyed(): boolean {
    return this.#stream.destroyed || this.#stream.closed
  }

  writeHead(status: number, ...rest: [statusText: string, fields: string[], endsWithHead?: boolean | undefined] | [fields: string[]]): void {
    const fields = (rest.length === 1 ? rest[0] : rest[1]) as string[]
    const endStream = rest[2] === true
    const headers: OutgoingHttpHeaders = Object.create(null)
    headers[':status'] = status
    for (let i = 0; i < fields.length; i += 2) {
      const name = (fields[i] as string).toLowerCase()
      // RFC 9113 8.3.2: there is no reason phrase; 8.2.2: nor what is about a connection.
      if (name !== 'connection') add(headers, name, fields[i + 1] as string)
    }
    if (!this.destroyed) this.#stream.respond(headers, endStream ? { endStream } : { waitForTrailers: true })
  }

  /** There is nothing to do: the head was sent by itself. */
  flushHeaders(): void {}

  write(chunk: Buffer): boolean {
    return this.#stream.write(chunk)
  }

  end(body?: Buffer | string, encoding: 'latin1' = 'latin1'): void {
    this.#isEnded = true
    this.#stream.end(body, encoding)
  }

  /** Ends this stream as broken off: the client must not take what it has for the whole. */
  destroy(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  }

  writeContinue(): void {
    if (!this.destroyed) this.#stream.additionalHeaders({ ':status': 100 })
  }

  writeEarlyHints({ link }: { readonly link: string[] }): void {
    if (!this.destroyed) this.#stream.additionalHeaders({ ':status': 103, link })
  }

  addTrailers(trailers: [string, string][]): void {
    for (const [name, value] of trailers) add(this.#trailers, name.toLowerCase(), value)
  }

  on(event: 'close' | 'drain' | 'socket', listener: () => void): this {
    this.#stream.on(event, listener)
    return this
  }
}

function add(headers: OutgoingHttpHeaders, name: string, value: string): void {
  const before = headers[name]
  headers[name] = before === undefined ? value : [before, value].flat().map(String)
}
