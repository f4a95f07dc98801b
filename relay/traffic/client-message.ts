import type { Readable } from 'node:stream'

/** A client's request, over HTTP/1.1 or as a stream of HTTP/2: what Node's two kinds have in common. */
export interface ClientRequest extends Readable {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** The whole message has arrived. */
  readonly complete: boolean
  readonly socket?: { readonly remoteAddress?: string | undefined }
}

/** The answer to it. */
export interface ClientAnswer {
  readonly req: ClientRequest
  readonly headersSent: boolean
  readonly writableFinished: boolean
  readonly destroyed: boolean
  writeHead(status: number, statusText: string, fields: string[]): unknown
  writeHead(status: number, fields: string[]): unknown
  write(chunk: Buffer): boolean
  end(body?: Buffer): unknown
  /** Ends it as broken off: over HTTP/1.1 with its connection, over HTTP/2 this stream alone. */
  destroy(): unknown
  flushHeaders(): void
  writeContinue(): void
  addTrailers(trailers: [string, string][]): void
  on(event: 'close' | 'drain', listener: () => void): unknown
}
