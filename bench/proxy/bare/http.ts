import { createServer, type ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { Client, type Dispatcher } from 'undici'
import { intercept, type Place } from './intercept.ts'

/** Bytes. */
const shortBody = 4096
const sites = new WeakMap<object, Client>()
const server = createServer({ noDelay: true, keepAliveTimeout: 75_000, optimizeEmptyRequests: true }, (req, res) => {
  const { method = '', url = '', rawHeaders } = req
  sites.get(req.socket)?.dispatch({ method: method as 'GET', path: url, headers: rawHeaders.slice() }, new Passing(res))
})

await intercept((secure: TLSSocket, { host, port }: Place) => {
  const client = new Client(`https://${host}:${port}`, { connect: { ca: process.argv[2], host: '127.0.0.1', servername: host }, pipelining: 1 })
  sites.set(secure, client)
  secure.on('close', () => void client.destroy())
  server.emit('connection', secure)
})

/** The calls of undici and of Node's server that the relay takes, too: a body goes on as it comes and as fast as the client takes it, a short one with its head as one text. */
class Passing implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse
  #held: Buffer | undefined
  #isBegun = false

  constructor(res: ServerResponse) {
    this.#res = res
  }

  onConnect(): void {}

  onHeaders(status: number, raw: readonly Buffer[], resume: () => void, statusText = ''): boolean {
    this.#res.on('drain', resume)
    this.#res.writeHead(
      status,
      statusText,
      raw.map((part) => part.toString('latin1')),
    )
    return true
  }

  onData(chunk: Buffer): boolean {
    const isFirst = !this.#isBegun
    this.#isBegun = true
    if (isFirst && chunk.length <= shortBody) {
      this.#held = chunk
      return true
    }
    if (this.#held !== undefined) this.#res.write(this.#held)
    this.#held = undefined
    return this.#res.write(chunk)
  }

  onComplete(): void {
    this.#res.end(this.#held?.toString('latin1'), 'latin1')
  }

  onError(): void {
    this.#res.destroy()
  }
}
