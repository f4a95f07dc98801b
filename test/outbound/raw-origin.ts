import { once } from 'node:events'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { Test } from 'tap'

/** A server that is only a socket: it records what came, and answers as the test says. */
export interface RawOrigin {
  readonly port: number
  /** Connections that TCP accepted. */
  readonly accepted: number
  /** Every byte that came (behind TLS: decrypted), a text per connection, latin1. */
  readonly received: readonly string[]
  readonly sockets: readonly Socket[]
}

export interface RawOriginOptions {
  readonly address?: string
  readonly tls?: TlsOptions
  /** When a request's bytes came: answer on the socket. */
  onData?(socket: Socket, text: string): void
}

/** Listens until the test ends. */
export async function startRawOrigin(t: Test, { address = '127.0.0.1', tls, onData }: RawOriginOptions): Promise<RawOrigin> {
  const received: string[] = []
  const sockets: Socket[] = []
  let accepted = 0
  const serve = (socket: Socket): void => {
    const index = received.push('') - 1
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      received[index] += chunk.toString('latin1')
      onData?.(socket, received[index] as string)
    })
  }
  const server: Server = tls === undefined ? createTcpServer(serve) : createTlsServer(tls, serve)
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    accepted++
    open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)))
  })
  server.on('tlsClientError', () => {})
  server.listen(0, address)
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of [...open, ...sockets]) socket.destroy()
  })
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    received,
    sockets,
    get accepted() {
      return accepted
    },
  }
}

/** Answers each whole request on a connection with these bytes, once its body is here too. */
export function answering(bytes: string | Buffer): (socket: Socket, text: string) => void {
  const answer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
  const answered = new WeakMap<Socket, number>()
  return (socket, text) => {
    const whole = wholeRequests(text)
    for (let sent = answered.get(socket) ?? 0; sent < whole; sent++) socket.write(answer)
    answered.set(socket, whole)
  }
}

/** How many requests came to their end: by their length, or by their last chunk (RFC 9112, section 6.3). */
function wholeRequests(text: string): number {
  let count = 0
  for (let at = 0; ; count++) {
    const head = text.indexOf('\r\n\r\n', at)
    if (head < 0) return count
    const fields = text.slice(at, head)
    const chunked = /\r\ntransfer-encoding: *chunked/i.test(fields)
    const last = text.indexOf('\r\n0\r\n\r\n', head + 2)
    if (chunked && last < 0) return count
    at = chunked ? last + 7 : head + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(fields)?.[1] ?? 0)
    if (at > text.length) return count
  }
}
