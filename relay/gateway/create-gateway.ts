import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Account } from '../accounts/index.ts'
import { RelayError } from '../errors.ts'
import { boundAddress, listenAt, readPair, splitAddress } from '../listening.ts'
import {
  answerOnConnection,
  type ClientConnection,
  type ClientUpgrade,
  destined,
  hasContent,
  isBehind,
  onParseError,
  readRequestHead,
  readTunnelTarget,
  respondError,
  strictParsing,
  upgradeOnConnection,
} from '../traffic/index.ts'
import { authorityOf, type Domain, gatewayDomain, labelOf, readDomain, readHost } from './account-hosts.ts'
import type { Gateway, GatewayOptions, GatewayPrincipal, HandOverRequest } from './contract.ts'
import type { Exchange } from './exchange.ts'
import { handOverAddress } from './hand-over.ts'
import { Passes } from './passes.ts'
import type { Rooms } from './rooms.ts'
import { serveRequest } from './serve-request.ts'
import { Strays } from './strays.ts'

export function createGateway(options: GatewayOptions): Gateway {
  return new ReverseGateway(options)
}

/** Portal sessions end by time, too, without a word. Milliseconds. */
const lookInterval = 15_000

class ReverseGateway implements Gateway {
  readonly #rooms: Rooms
  readonly #connections = new Map<Duplex, ClientConnection>()
  #server: Server | undefined
  #known: { readonly address: string; readonly portalUrl: string; readonly domain: Domain } | undefined
  #stopWatching: readonly (() => void)[] = []

  constructor(options: GatewayOptions) {
    this.#rooms = { ...options, domain: () => this.#domain, passes: new Passes(), strays: new Strays() }
  }

  async start(): Promise<void> {
    const { settings, identity, traffic, log } = this.#rooms
    const server = createServer({ ...strictParsing, ...(await this.#tls()), ALPNProtocols: ['http/1.1'], minVersion: 'TLSv1.2' })
    // Node drops fields over its limit silently; `readRequestHead` refuses such a message instead.
    server.maxHeadersCount = 0
    server
      .on('secureConnection', (socket) => this.#remember(socket))
      .on('request', (req, res) => this.#onRequest(req, res))
      .on('checkContinue', (req, res) => this.#onRequest(req, res))
      .on('upgrade', (req, socket, first) => this.#onUpgrade(req, socket, first))
      .on('clientError', (error, socket) => onParseError(error, socket, this.#connections.get(socket), { ...this.#rooms, counts: traffic.counts }))
      .on('tlsClientError', (error: NodeJS.ErrnoException) => log.debug({ code: error.code }, 'a TLS handshake at the gateway broke off'))
    await listenAt(server, settings.listen, 'gateway.listen')
    this.#server = server
    const timer = setInterval(() => this.#look(), lookInterval)
    timer.unref()
    this.#stopWatching = [identity.onPortalSessionEnded((id) => this.#end(id)), identity.onDeviceRevoked(({ id }) => this.#end(id)), () => clearInterval(timer)]
  }

  async stop(patience = 0): Promise<void> {
    for (const stop of this.#stopWatching) stop()
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    if (patience > 0) await this.#rooms.traffic.live.drain(patience)
    for (const socket of this.#connections.keys()) socket.destroy()
    await closed
  }

  get address(): string {
    return boundAddress(this.#server) ?? this.#rooms.settings.listen
  }

  addressOf(account: Account, lent = false): string {
    const label = lent ? account.id : labelOf(account, this.#domain)
    return `https://${authorityOf(this.#domain, { label, origin: 0 })}/`
  }

  handOver(principal: GatewayPrincipal, request: HandOverRequest): string {
    return handOverAddress(this.#rooms, principal, request)
  }

  strays(account: Account): readonly string[] {
    return this.#rooms.strays.of(account)
  }

  /** Known for good once both have their port; every request asks. */
  get #domain(): Domain {
    const [address, portalUrl] = [this.address, this.#rooms.portalUrl()]
    if (this.#known?.address !== address || this.#known.portalUrl !== portalUrl) {
      const domain = readDomain(this.#rooms.settings.domain, splitAddress(address).port, new URL(portalUrl).hostname)
      this.#known = { address, portalUrl, domain }
    }
    return this.#known.domain
  }

  async #tls() {
    const { certificate, key, domain } = this.#rooms.settings
    if (certificate !== undefined && key !== undefined) return readPair(certificate, key)
    // One for all hosts: which accounts there are is not told to who only connects.
    const name = `*.${gatewayDomain(domain)}`
    return {
      SNICallback: (_: string, done: (error: Error | null, context?: Awaited<ReturnType<GatewayOptions['leafFor']>>['context']) => void) => {
        this.#rooms.leafFor(name).then(({ context }) => done(null, context), done)
      },
    }
  }

  #remember(socket: Socket): void {
    this.#connections.set(socket, { host: undefined, refused: false, current: undefined, relayed: undefined })
    socket.on('close', () => this.#connections.delete(socket)).on('error', () => {})
  }

  #onRequest(req: IncomingMessage, res: ServerResponse): void {
    const connection = this.#connections.get(req.socket)
    // What follows a refused message on its connection is never read as a message.
    if (connection === undefined || connection.refused) return
    const exchange = this.#read(req, res, connection)
    if (exchange === undefined) return
    connection.current = res
    if (!hasContent(exchange.head)) return void this.#serve(exchange)
    // What came with the head is parsed to its end first: a body that breaks the rules is seen before a byte of it is sent on.
    setImmediate(() => {
      if (!req.socket.destroyed) this.#serve(exchange)
    })
  }

  #onUpgrade(req: IncomingMessage, socket: Duplex, first: Buffer): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined || isBehind(connection)) return void socket.destroy()
    const res = answerOnConnection(req, socket)
    const exchange = this.#read(req, res, connection, (isWebSocket) => (isWebSocket ? upgradeOnConnection(socket, first, res) : undefined))
    if (exchange !== undefined) this.#serve(exchange)
  }

  #serve(exchange: Exchange): void {
    exchange.connection.relayed = serveRequest(this.#rooms, exchange)
  }

  #read(
    req: IncomingMessage,
    res: ServerResponse,
    connection: ClientConnection,
    upgradeFor?: (isWebSocket: boolean) => ClientUpgrade | undefined,
  ): Exchange | undefined {
    const refuse = (error: RelayError): undefined => {
      connection.refused = true
      this.#rooms.traffic.counts.refused(error)
      const html = req.headers.accept?.includes('text/html') === true
      respondError(res, error, { html, portalUrl: this.#rooms.portalUrl(), close: true })
    }
    const bad = (reason: string): undefined => refuse(new RelayError('proxy_bad_request', { params: { reason } }))
    const head = readRequestHead(req.rawHeaders, req.httpVersion)
    if (typeof head === 'string') return bad(head)
    // One with content is not for an upgrade; without the callback of `strictParsing` (before Node 24.9) it comes here.
    if (upgradeFor !== undefined && hasContent(head)) return bad('a request to upgrade has no content')
    // RFC 9110 9.3.8: the answer to TRACE shows the request, and so the session that the relay attaches.
    if (req.method === 'TRACE') return bad('TRACE would show what the relay adds')
    const host = readHost(head.host, this.#domain)
    if (host === undefined) return refuse(new RelayError('gateway_host_unknown'))
    const field = splitHost(head.host as string)
    const target = readTunnelTarget(req.url as string, head.host, destined('https', { host: field.host, port: field.port }))
    if (typeof target === 'string') return bad(target)
    const upgrade = upgradeFor?.(head.upgrade === 'websocket')
    return { req, res, head, target, host, connection, ...(upgrade === undefined ? {} : { upgrade }) }
  }

  #look(): void {
    for (const id of this.#rooms.passes.portalSessions()) if (!this.#rooms.identity.isPortalSessionLive(id)) this.#end(id)
  }

  /** Law 7: what came by this portal session, or paired terminal, is over, and so is what it has under way. */
  #end(client: string): void {
    this.#rooms.passes.end(client)
    this.#rooms.traffic.live.cutDevice(client)
    this.#rooms.traffic.counts.forgetDevice(client)
  }
}

function splitHost(field: string): { host: string; port: number } {
  const [host = '', port] = field.toLowerCase().split(':')
  return { host, port: port === undefined ? 443 : Number(port) }
}
