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

/** Answers every complete request on a connection with these bytes. */
export function answering(bytes: string | Buffer): (socket: Socket, text: string) => void {
  return (socket, text) => {
    if (text.includes('\r\n\r\n')) socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }
}
