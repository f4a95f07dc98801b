import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Test } from 'tap'
import type { Destination, Endpoint } from '../../../relay/outbound/index.ts'
import { createTestAuthority, type TestAuthority } from '../certificates.ts'

/** One of several servers behind one name. It answers with what it is called, and its health page after a while of the test's choosing. */
export interface EndpointServer {
  /** 127.0.0.1:PORT */
  readonly address: string
  /** Method and target of every request but those of its health page. */
  readonly asked: readonly string[]
  readonly checks: number
  /** Host fields and server names that came, each once. */
  readonly names: ReadonlySet<string>
  healthStatus: number
  healthDelay: number
  stop(): Promise<void>
  start(): Promise<void>
}

export interface EndpointServerOptions {
  readonly authority: TestAuthority
  readonly called: string
  /** Whose certificate it shows. */
  readonly name?: string
  readonly address?: string
  readonly port?: number
  onUpgrade?(socket: Duplex): void
}

export async function startEndpoint(t: Test, options: EndpointServerOptions): Promise<EndpointServer> {
  const { authority, called, name = 'site.test', address = '127.0.0.1' } = options
  const { cert, key } = await authority.issue(name)
  const names = new Set<string>()
  const asked: string[] = []
  let checks = 0
  let port = options.port ?? 0
  let server: Server | undefined
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    names.add(request.headers.host ?? '')
    names.add(String((request.socket as { servername?: string }).servername))
    if (request.url === '/healthz') {
      checks += 1
      setTimeout(() => answerCheck(response, found.healthStatus), found.healthDelay)
      return
    }
    asked.push(`${request.method} ${request.url}`)
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
    })
    request.on('end', () => response.end(size === 0 ? called : `${called} got ${size}`))
  }
  const found: EndpointServer = {
    get address() {
      return `${address}:${port}`
    },
    asked,
    names,
    get checks() {
      return checks
    },
    healthStatus: 200,
    healthDelay: 0,
    async start() {
      server = createServer({ cert, key }, onRequest)
      server.on('upgrade', (_request, socket: Duplex) => options.onUpgrade?.(socket.on('error', () => {})))
      // Nothing of the test waits for a connection to end by itself.
      server.keepAliveTimeout = 60_000
      server.listen(port, address)
      await once(server, 'listening')
      port = (server.address() as AddressInfo).port
    },
    async stop() {
      if (server === undefined) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      server = undefined
    },
  }
  await found.start()
  t.teardown(() => found.stop())
  return found
}

function answerCheck(response: ServerResponse, status: number): void {
  // Node writes no such answer by itself, and none goes on after it.
  if (status === 101) response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  else response.writeHead(status).end()
}

/** Three servers of https://site.test, and a site that knows each as an endpoint. */
export async function threeEndpoints(t: Test): Promise<{ servers: [EndpointServer, EndpointServer, EndpointServer]; authority: TestAuthority }> {
  const authority = await createTestAuthority()
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((called) => startEndpoint(t, { authority, called })))
  return { servers: [a, b, c] as [EndpointServer, EndpointServer, EndpointServer], authority }
}

export function siteAt(authority: TestAuthority, endpoints: readonly Endpoint[], rest: Partial<Destination> = {}): Destination {
  return {
    id: 'site',
    origins: ['https://site.test'],
    networks: ['loopback'],
    ca: authority.cert,
    endpoints,
    health: { path: '/healthz', everySeconds: 15 },
    ...rest,
  }
}
