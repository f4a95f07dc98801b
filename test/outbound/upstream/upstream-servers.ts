import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A proxy on this machine, and what it was asked. */
export interface UpstreamServer {
  readonly port: number
  /** HOST:PORT as it was asked for. */
  readonly asked: string[]
  /** USER:PASSWORD of each, '' for none. */
  readonly credentials: string[]
}

/** Whatever it is asked for, it leads to this port of this machine. */
export interface UpstreamOptions {
  readonly to: number
  /** USER:PASSWORD it wants. */
  readonly wants?: string
}

/** An HTTP proxy that knows CONNECT alone. */
export async function startHttpProxy(t: Test, { to, wants }: UpstreamOptions): Promise<UpstreamServer> {
  const [asked, credentials]: [string[], string[]] = [[], []]
  const server = createHttpServer((_, res) => void res.writeHead(405).end())
  server.on('connect', (req, socket: Socket) => {
    asked.push(req.url ?? '')
    credentials.push(Buffer.from((req.headers['proxy-authorization'] ?? '').replace('Basic ', ''), 'base64').toString())
    socket.on('error', () => {})
    if (wants !== undefined && credentials.at(-1) !== wants) {
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n')
    }
    const site = connect(to, '127.0.0.1', () => void socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    join(socket, site)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as { port: number }).port, asked, credentials }
}

/** A SOCKS5 proxy (RFC 1928, RFC 1929) that takes its messages a byte at a time, and answers each in pieces. */
export async function startSocksProxy(t: Test, { to, wants }: UpstreamOptions): Promise<UpstreamServer> {
  const [asked, credentials]: [string[], string[]] = [[], []]
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    void serve(socket).catch(() => socket.destroy())
  })

  async function serve(socket: Socket): Promise<void> {
    const take = reader(socket)
    const [, count = 0] = await take(2)
    const offered = [...(await take(count))]
    const method = wants === undefined ? 0 : 2
    if (!offered.includes(method)) return void socket.end(Buffer.from([5, 0xff]))
    inPieces(socket, [5, method])
    if (wants !== undefined) {
      const [, userLength = 0] = await take(2)
      const user = (await take(userLength)).toString()
      const [passwordLength = 0] = await take(1)
      credentials.push(`${user}:${(await take(passwordLength)).toString()}`)
      const isRight = credentials.at(-1) === wants
      inPieces(socket, [1, isRight ? 0 : 1])
      if (!isRight) return void socket.end()
    }
    const [, , , kind = 0] = await take(4)
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await take(1))[0] as number)
    const host = await take(length)
    const port = (await take(2)).readUInt16BE()
    asked.push(`${kind === 3 ? host.toString() : kind === 1 ? [...host].join('.') : host.toString('hex')}:${port}`)
    const site = connect(to, '127.0.0.1', () => inPieces(socket, [5, 0, 0, 1, 127, 0, 0, 1, 0, 80]))
    join(socket, site)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as { port: number }).port, asked, credentials }
}

function join(one: Socket, other: Socket): void {
  one.pipe(other)
  other.pipe(one)
  one.on('close', () => other.destroy())
  other.on('error', () => one.destroy()).on('close', () => one.destroy())
}

function inPieces(socket: Socket, bytes: readonly number[]): void {
  for (const byte of bytes) socket.write(Buffer.from([byte]))
}

function reader(socket: Socket): (length: number) => Promise<Buffer> {
  return async (length) => {
    if (length === 0) return Buffer.alloc(0)
    for (;;) {
      const bytes = socket.read(length) as Buffer | null
      if (bytes !== null) return bytes
      if (socket.readableEnded || socket.destroyed) throw new Error('ended')
      await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')])
    }
  }
}
