import type { Readable } from 'node:stream'

/** A client's request, over HTTP/1.1 or as a stream of HTTP/2: what Node's two kinds have in common. */
export interface ClientRequest extends Readable {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** As Node tells it: '1.0', '1.1', '2.0'. */
  readonly httpVersion: string
  /** Flat; there once the body has ended. */
  readonly rawTrailers: readonly string[]
  /** The whole message has arrived. */
  readonly complete: boolean
  readonly socket?: { readonly remoteAddress?: string | undefined }
}

/** The answer to it. */
export interface ClientAnswer {
  readonly req: ClientRequest
  readonly headersSent: boolean
  readonly writableFinished: boolean
  /** Bytes that wait for the client to take them. */
  readonly writableLength: number
  readonly destroyed: boolean
  /** Over HTTP/1.1: null while an earlier answer is on its way, on the same connection. */
  readonly socket?: unknown
  /** `endsWithHead`: nothing follows, which HTTP/2 says at once. */
  writeHead(status: number, statusText: string, fields: string[], endsWithHead?: boolean): unknown
  writeHead(status: number, fields: string[]): unknown
  write(chunk: Buffer): boolean
  end(body?: Buffer): unknown
  end(body: string, encoding: 'latin1'): unknown
  /** Ends it as broken off: over HTTP/1.1 with its connection, over HTTP/2 this stream alone. */
  destroy(): unknown
  flushHeaders(): void
  writeContinue(): void
  /** A 103 (RFC 8297), before the head. */
  writeEarlyHints(hints: { readonly link: string[] }): void
  addTrailers(trailers: [string, string][]): void
  on(event: 'close' | 'drain' | 'socket', listener: () => void): unknown
}
