import { createServer, type ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { Client, type Dispatcher } from 'undici'
import { intercept, type Place } from './intercept.ts'

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

/** The calls of undici that the relay takes, too. */
class Passing implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse
  readonly #chunks: Buffer[] = []

  constructor(res: ServerResponse) {
    this.#res = res
  }

  onConnect(): void {}

  onHeaders(status: number, raw: readonly Buffer[], _resume: () => void, statusText = ''): boolean {
    this.#res.writeHead(
      status,
      statusText,
      raw.map((part) => part.toString('latin1')),
    )
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    return true
  }

  onComplete(): void {
    this.#res.end(Buffer.concat(this.#chunks).toString('latin1'), 'latin1')
  }

  onError(): void {
    this.#res.destroy()
  }
}
