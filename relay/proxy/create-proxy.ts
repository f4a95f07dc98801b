import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { runAs } from '../audit/index.ts'
import { isPaired } from '../control/index.ts'
import { RelayError } from '../errors.ts'
import { shownCertificate } from '../identity/index.ts'
import { boundAddress, listenAt } from '../listening.ts'
import { type Family, single, type TrafficFigures } from '../metrics/index.ts'
import { setupHost } from '../pac-file.ts'
import {
  actorOf,
  answerOnConnection,
  type ClientUpgrade,
  hasContent,
  isBehind,
  onParseError,
  type RelayedRequest,
  type RequestHead,
  readAbsoluteTarget,
  readRequestHead,
  readTunnelTarget,
  respondError,
  type SeenExchange,
  type SiteRequest,
  strictParsing,
  type Target,
  upgradeOnConnection,
  writeError,
} from '../traffic/index.ts'
import { Connections, type Downstream, type Tunnel } from './connections/connections.ts'
import { deviceProtocol, TlsListener } from './connections/tls-listener.ts'
import { TunnelOpener } from './connections/tunnel-opener.ts'
import { deliver, ownPaths } from './deliver.ts'
import { DeliveryHops } from './delivery-hops.ts'
import { type DevicePrincipal, nameOf, readDevice } from './device/device-credentials.ts'
import { DeviceLimits } from './device/device-limits.ts'
import { FailedTries } from './device/failed-tries.ts'
import { DeviceSender } from './device-sender.ts'
import { forwardOther } from './forward-other.ts'
import { upgradeOnStream } from './http2/accept-websocket.ts'
import { serveHttp2 } from './http2/serve-http2.ts'
import type { StreamRequest } from './http2/stream-request.ts'
import type { ProxyOptions, Rooms } from './rooms.ts'
import { PageTokens } from './setup/chooser/page-tokens.ts'
import { answerSetup } from './setup/setup-page.ts'

/** The forward proxy. */
export interface Proxy {
  /** Listens. `port_taken`. */
  start(): Promise<void>
  /** Takes no more, gives what is under way so long to come to its end (milliseconds; default: no time), and ends the rest. */
  stop(patience?: number): Promise<void>
  /** HOST:PORT it listens on; an IPv6 host in brackets. */
  readonly address: string
  /** The same of its TLS listener; undefined: there is none. */
  readonly tlsAddress: string | undefined
  /** What vouches for the certificate of its TLS listener, PEM; undefined: there is none. */
  tlsAuthority(): Promise<string | undefined>
  /** What goes through it. */
  figures(): TrafficFigures
  families(): readonly Family[]
}

export function createProxy(options: ProxyOptions): Proxy {
  return new ForwardProxy(options)
}

class ForwardProxy implements Proxy {
  readonly #rooms: Rooms
  readonly #server: Server
  readonly #connections = new Connections()
  readonly #hops = new DeliveryHops()
  readonly #limits: DeviceLimits
  readonly #failed = new FailedTries()
  readonly #tunnels: TunnelOpener
  readonly #tls: TlsListener | undefined
  readonly #http2 = new Set<ServerHttp2Session>()
  #stopWatching = (): void => {}

  constructor(options: ProxyOptions) {
    this.#rooms = { ...options, pageTokens: new PageTokens() }
    this.#limits = new DeviceLimits(options.config.limits, options.traffic.live)
    this.#server = createServer(strictParsing)
    // Node drops fields over its limit silently; `readRequestHead` refuses such a message instead.
    this.#server.maxHeadersCount = 0
    this.#tunnels = new TunnelOpener(this.#rooms, {
      begin: (socket, tunnel) => {
        const { counts } = this.#rooms.traffic
        this.#connections.addTunnel(socket, tunnel)
        counts.tunnelOpened('intercepted')
        socket.once('close', () => counts.tunnelClosed('intercepted'))
      },
      http1: (socket) => this.#server.emit('connection', socket),
      http2: (socket, tunnel) => {
        const session = serveHttp2(socket, tunnel.place, (request) => this.#onStream(request, tunnel))
        this.#http2.add(session)
        session.on('close', () => this.#http2.delete(session))
      },
    })
    const { tlsListen } = options.config.proxy
    if (tlsListen !== undefined) {
      const { ca, log, config, deviceCertificates } = options
      const onConnection = (socket: TLSSocket): void => {
        const shown = shownCertificate(socket)
        if (socket.alpnProtocol === deviceProtocol) return void (shown === undefined ? socket.destroy() : this.#rooms.portal.admitDevice(socket))
        this.#connections.add(socket, shown)
        this.#server.emit('connection', socket)
      }
      this.#tls = new TlsListener({ config: { ...config.proxy, tlsListen }, ca, clientAuthority: () => deviceCertificates.authority(), log, onConnection })
    }
    this.#server
      .on('connection', (socket: Socket) => this.#connections.add(socket))
      .on('request', (req, res) => this.#onRequest(req, res))
      .on('checkContinue', (req, res) => this.#onRequest(req, res))
      .on('upgrade', (req, socket, first) => this.#onUpgrade(req, socket, first))
      .on('connect', (req, socket, first) => this.#onConnect(req, socket, first))
      .on('clientError', (error, socket) => onParseError(error, socket, this.#connections.of(socket), { ...this.#rooms, counts: options.traffic.counts }))
  }

  async start(): Promise<void> {
    const { identity, traffic, config, ca, log } = this.#rooms
    await listenAt(this.#server, config.proxy.listen, 'proxy.listen')
    try {
      await this.#tls?.start()
    } catch (error) {
      // Nobody stops what has not started whole.
      await this.stop()
      throw error
    }
    const watches = [
      identity.onDeviceRevoked((device) => {
        traffic.live.cutDevice(device.id)
        traffic.counts.forgetDevice(device.id)
        this.#limits.forget(device.id)
      }),
      ca.onReissued((change) => log.warn(change, "the CA's certificate was issued anew for another set of hosts: terminals need the new one for added hosts")),
    ]
    this.#stopWatching = () => {
      for (const stop of watches) stop()
    }
  }

  async stop(patience = 0): Promise<void> {
    this.#stopWatching()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#tls?.close()
    for (const session of this.#http2) session.close()
    if (patience > 0) await this.#rooms.traffic.live.drain(patience)
    this.#connections.destroyAll()
    this.#tls?.destroyAll()
    await closed
  }

  get address(): string {
    return boundAddress(this.#server) ?? this.#rooms.config.proxy.listen
  }

  get tlsAddress(): string | undefined {
    return this.#tls?.address
  }

  async tlsAuthority(): Promise<string | undefined> {
    return this.#tls?.authority()
  }

  figures(): TrafficFigures {
    const { live, counts } = this.#rooms.traffic
    const { underWay, webSockets } = live.count()
    return counts.figures(this.#connections.clients, { underWay, webSockets }, (id) => live.count(id))
  }

  families(): readonly Family[] {
    const { live, counts } = this.#rooms.traffic
    const { underWay, webSockets } = live.count()
    return [
      ...counts.families(),
      single('login_relay_connections', 'gauge', 'Connections of clients to the proxy.', this.#connections.clients),
      single('login_relay_requests_in_progress', 'gauge', 'Requests to enrolled sites under way.', underWay),
      single('login_relay_websockets', 'gauge', 'WebSockets open now.', webSockets),
    ]
  }

  #onRequest(req: IncomingMessage, res: ServerResponse): void {
    const connection = this.#connections.of(req.socket)
    // What follows a refused message on its connection is never read as a message.
    if (connection === undefined || connection.refused) return
    const read = readRequest(req, connection)
    if (typeof read === 'string') return void this.#reject(connection, res, read)
    connection.current = res
    const { head, target } = read
    if (!head.chunked && !head.contentLength) return void this.#route(connection, req, res, head, target)
    // What came with the head is parsed to its end first: a body that breaks the rules is seen before a byte of it is sent on.
    setImmediate(() => {
      if (!req.socket.destroyed) this.#route(connection, req, res, head, target)
    })
  }

  #route(connection: Downstream, req: IncomingMessage, res: ServerResponse, head: RequestHead, target: Target, upgrade?: ClientUpgrade): void {
    const principal = connection.principal ?? this.#authenticate(connection, head)
    if (principal instanceof RelayError) return void this.#respond(res, { req, head, target }, principal, principal.status === 429 || hasContent(head))
    const site = this.#rooms.accounts.siteByOrigin(target.place.origin)
    if (site === undefined) return void this.#routeOther(connection, req, res, head, target, principal)
    const sender = new DeviceSender(this.#rooms, principal, site, head, target)
    connection.relayed = this.#toSite({ req, res, head, target, site, sender, upgrade }, principal)
  }

  #toSite(request: SiteRequest, principal: DevicePrincipal): RelayedRequest | undefined {
    const { traffic } = this.#rooms
    const { head, target } = request
    const excess = this.#limits.takeRequest(principal.device.id)
    if (excess !== undefined) {
      traffic.counts.refused(excess, request)
      return void respondError(request.res, excess, { html: head.isNavigation, portalUrl: this.#rooms.portalUrl(), close: hasContent(head) })
    }
    if (target.path.startsWith(ownPaths)) return void runAs(actorOf(request), () => deliver(this.#rooms, this.#hops, { ...request, principal }))
    return traffic.relay(request)
  }

  #onStream({ req, res, stream, read }: StreamRequest, { place, principal }: Tunnel): void {
    const refuse = (error: RelayError): void => {
      this.#rooms.traffic.counts.refused(error)
      respondError(res, error, { html: wantsHtml(req), portalUrl: this.#rooms.portalUrl() })
    }
    if (typeof read === 'string') return void refuse(new RelayError('proxy_bad_request', { params: { reason: read } }))
    const { head, target, isWebSocket } = read
    const site = this.#rooms.accounts.siteByOrigin(place.origin)
    if (site === undefined) return void refuse(new RelayError('proxy_host_refused', { params: { host: place.host } }))
    const sender = new DeviceSender(this.#rooms, principal, site, head, target)
    this.#toSite({ req, res, head, target, site, sender, upgrade: isWebSocket ? upgradeOnStream(stream, head) : undefined }, principal)
  }

  #routeOther(connection: Downstream, req: IncomingMessage, res: ServerResponse, head: RequestHead, target: Target, principal: DevicePrincipal): void {
    const { portal } = this.#rooms
    const { host, port } = target.place
    if (connection.tunnel === undefined && portal.isAt(host, port, req.socket.localAddress)) {
      req.url = target.path
      delete req.headers['proxy-authorization']
      return void portal.answer(req, res, principal)
    }
    if (connection.tunnel === undefined && host === setupHost && port === 80) return void answerSetup(this.#rooms, { req, res, head, target, principal })
    // A paired terminal is let in to its accounts, not to the network that the relay stands in.
    const refused = connection.tunnel !== undefined || this.#rooms.config.proxy.otherHosts === 'refuse' || isPaired(principal)
    if (refused)
      return void this.#respond(
        res,
        { req, head, target, sender: nameOf(principal) },
        new RelayError('proxy_host_refused', { params: { host: target.place.host } }),
        true,
      )
    const excess = this.#limits.takeRequest(principal.device.id)
    if (excess !== undefined) return void this.#respond(res, { req, head, target, sender: nameOf(principal) }, excess, hasContent(head))
    forwardOther(this.#rooms, { req, res, head, target, sender: nameOf(principal) })
  }

  #onUpgrade(req: IncomingMessage, socket: Duplex, first: Buffer): void {
    const connection = this.#connections.of(socket)
    if (connection === undefined || isBehind(connection)) return void socket.destroy()
    const res = answerOnConnection(req, socket)
    const read = readRequest(req, connection)
    if (typeof read === 'string') return void this.#reject(connection, res, read)
    // One with content is not for this event; without the callback above (before Node 24.9) it comes here.
    if (hasContent(read.head)) return void this.#reject(connection, res, 'a request to upgrade has no content')
    const upgrade = read.head.upgrade === 'websocket' ? upgradeOnConnection(socket, first, res) : undefined
    this.#route(connection, req, res, read.head, read.target, upgrade)
  }

  #onConnect(req: IncomingMessage, socket: Duplex, first: Buffer): void {
    const connection = this.#connections.of(socket)
    if (connection === undefined || isBehind(connection)) return void socket.destroy()
    const portalUrl = this.#rooms.portalUrl()
    const read = connection.tunnel === undefined ? this.#tunnels.read(req, first) : 'CONNECT inside a tunnel'
    if (typeof read === 'string') {
      const error = new RelayError('proxy_bad_request', { params: { reason: read } })
      this.#rooms.traffic.counts.refused(error)
      return void writeError(socket, error, { html: false, portalUrl, close: true })
    }
    const principal = this.#authenticate(connection, read.head)
    const refusal = principal instanceof RelayError ? principal : this.#limits.takeRequest(principal.device.id)
    if (principal instanceof RelayError || refusal !== undefined) {
      const error = refusal as RelayError
      const keepsOpen = read.keepsOpen && error.code === 'proxy_auth_required'
      this.#rooms.traffic.counts.refused(error)
      writeError(socket, error, { html: read.head.isNavigation, portalUrl, close: !keepsOpen })
      // `curl --proxy-anyauth` and git ask without credentials first and again on the same connection.
      if (keepsOpen) this.#server.emit('connection', socket)
      return
    }
    const { host, port } = read.authority
    if (this.#rooms.portal.isAt(host, port, (socket as Socket).localAddress)) return void this.#tunnels.toPortal(socket, first)
    void this.#tunnels.open(read, principal, socket, first)
  }

  /**
   * Each message to the proxy itself carries credentials, or comes by a connection on which a certificate was shown; the same ones as before
   * on a connection are known already. Gives the error to answer with otherwise.
   */
  #authenticate(connection: Downstream, { proxyAuthorization }: RequestHead): DevicePrincipal | RelayError {
    const { certificate, known } = connection
    if (proxyAuthorization === undefined && certificate === undefined) return new RelayError('proxy_auth_required')
    // Asked for each time: it may have ended since, or been replaced.
    const certified = certificate && this.#rooms.deviceCertificates.admit(certificate)
    if (certified instanceof RelayError) return certified
    if (known !== undefined && known.authorization === proxyAuthorization) return known.principal
    const principal = this.#principalOf(proxyAuthorization, certified)
    if (principal === undefined) return this.#failed.refusal((connection.socket as Partial<Socket>).remoteAddress ?? '')
    const excess = this.#limits.refuseConnection(principal.device.id)
    if (excess !== undefined) return excess
    connection.known = { authorization: proxyAuthorization, principal }
    const { live, counts } = this.#rooms.traffic
    live.addConnection(principal.device.id, connection.socket)
    counts.knowDevice(principal.device.id, principal.device.name, principal.user.name)
    return principal
  }

  /** What is said beside a certificate must be of the same device. Undefined: nobody known. */
  #principalOf(authorization: string | undefined, certified: DevicePrincipal | undefined): DevicePrincipal | undefined {
    if (certified !== undefined && authorization === undefined) return certified
    const principal = readDevice(authorization, this.#rooms.identity)
    return certified === undefined || certified.device.id === principal?.device.id ? principal : undefined
  }

  #reject(connection: Downstream, res: ServerResponse, reason: string): void {
    connection.refused = true
    const error = new RelayError('proxy_bad_request', { params: { reason } })
    this.#rooms.traffic.counts.refused(error)
    respondError(res, error, { html: wantsHtml(res.req), portalUrl: this.#rooms.portalUrl(), close: true })
  }

  #respond(res: ServerResponse, seen: SeenExchange & { readonly head: RequestHead }, error: RelayError, close: boolean): void {
    this.#rooms.traffic.counts.refused(error, seen)
    respondError(res, error, { html: seen.head.isNavigation, portalUrl: this.#rooms.portalUrl(), close })
  }
}

function readRequest(req: IncomingMessage, connection: Downstream): { head: RequestHead; target: Target } | string {
  const head = readRequestHead(req.rawHeaders, req.httpVersion)
  if (typeof head === 'string') return head
  // RFC 9110 9.3.8: the answer to TRACE shows the request, and so the session that the relay attaches.
  if (req.method === 'TRACE') return 'TRACE would show what the relay adds'
  const url = req.url as string
  const target = connection.tunnel === undefined ? readAbsoluteTarget(url, head.host) : readTunnelTarget(url, head.host, connection.tunnel.place)
  return typeof target === 'string' ? target : { head, target }
}

function wantsHtml({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.accept?.includes('text/html') === true
}
