import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Site } from '../../accounts/index.ts'
import { isPaired } from '../../control/index.ts'
import { asRelayError, RelayError } from '../../errors.ts'
import { type Destined, destined, joinTunnel, type SeenExchange, Tally, writeError } from '../../traffic/index.ts'
import { bareHost } from '../ca/enrolled-hosts.ts'
import { usableAccounts } from '../device/choose-account.ts'
import { type DevicePrincipal, nameOf } from '../device/device-credentials.ts'
import type { Rooms } from '../rooms.ts'
import { type ConnectRequest, readConnect } from './connect-request.ts'
import type { Tunnel } from './connections.ts'
import { finishHandshake } from './finish-handshake.ts'

const established = 'HTTP/1.1 200 Connection Established\r\n\r\n'
/** RFC 8446 5.1: the first byte of a TLS client is the record type `handshake`. */
const tlsHandshake = 0x16
const firstByteTimeout = 20_000

/** Takes the connections of intercepted tunnels. */
export interface Intercept {
  /** A tunnel stands. */
  begin(socket: Duplex, tunnel: Tunnel): void
  /** The client now speaks HTTP/1.1 on it. */
  http1(socket: Duplex): void
  /** Or HTTP/2. */
  http2(socket: Duplex, tunnel: Tunnel): void
}

/** Opens what CONNECT asks for: an intercepted tunnel to an enrolled origin, an unread one to any other host (law 6). */
export class TunnelOpener {
  readonly #rooms: Rooms
  readonly #intercept: Intercept

  constructor(rooms: Rooms, intercept: Intercept) {
    this.#rooms = rooms
    this.#intercept = intercept
  }

  read(req: IncomingMessage, first: Buffer): ConnectRequest | string {
    return readConnect(req, first)
  }

  /** To the portal itself: it takes the connection over as it is. */
  toPortal(socket: Duplex, first: Buffer): void {
    socket.write(established)
    if (first.length > 0) socket.unshift(first)
    this.#rooms.portal.admit(socket)
  }

  async open({ authority, head }: ConnectRequest, principal: DevicePrincipal, socket: Duplex, first: Buffer): Promise<void> {
    const { accounts, outbound } = this.#rooms
    const [secure, plain] = [destined('https', authority), destined('http', authority)]
    try {
      const site = accounts.siteByOrigin(secure.origin)
      if (site !== undefined) {
        // The site's handshake goes on beside the client's.
        if (this.#mayReach(site, principal)) outbound.prepare(site, secure.origin)
        await this.#interceptTls(secure, principal, socket, first)
      } else if (accounts.siteByOrigin(plain.origin) !== undefined) await this.#interceptPlain(plain, principal, socket, first)
      else await this.#passUnread(plain, principal, socket, first)
    } catch (thrown) {
      const error = asRelayError(thrown)
      this.#rooms.traffic.counts.refused(error, tunnelSeen(plain, principal))
      if (socket.destroyed) return
      writeError(socket, error, { html: head.isNavigation, portalUrl: this.#rooms.portalUrl(), close: true })
    }
  }

  /** Requests of this device can lead to the site: of others it shall not learn. */
  #mayReach(site: Site, principal: DevicePrincipal): boolean {
    const { sessions } = this.#rooms
    if (usableAccounts(this.#rooms, principal, site).length > 0) return true
    return !isPaired(principal) && sessions.registrations.isOpen(principal.user.id, site.id)
  }

  async #interceptTls(place: Destined, principal: DevicePrincipal, socket: Duplex, first: Buffer): Promise<void> {
    const { context } = await this.#rooms.ca.leafFor(bareHost(place.host))
    if (socket.destroyed) return
    socket.write(established)
    if (first.length > 0) socket.unshift(first)
    const secure = new TLSSocket(socket as Socket, { isServer: true, secureContext: context, ALPNProtocols: ['h2', 'http/1.1'] })
    const tunnel = { place, principal }
    this.#intercept.begin(secure, tunnel)
    try {
      if ((await finishHandshake(secure)) === 'h2') this.#intercept.http2(secure, tunnel)
      else this.#intercept.http1(secure)
    } catch (error) {
      // The commonest reason: the client does not trust the relay's CA.
      this.#rooms.log.info(
        { code: (error as NodeJS.ErrnoException).code, host: place.host },
        'a client broke off the TLS handshake; does it have the CA certificate?',
      )
      secure.destroy()
    }
  }

  /** Some clients tunnel plain http too. If it is TLS after all, the origin is another one, which nobody enrolled. */
  async #interceptPlain(place: Destined, principal: DevicePrincipal, socket: Duplex, first: Buffer): Promise<void> {
    socket.write(established)
    const begun = first.length > 0 ? first : await firstBytes(socket)
    if (begun === undefined) return void socket.destroy()
    if (begun[0] === tlsHandshake) {
      // The tunnel stands already: a refusal can only be its end.
      const upstream = await this.#connectOther(place, principal, socket).catch(() => undefined)
      if (upstream === undefined) return void socket.destroy()
      upstream.write(begun)
      return void this.#join(place, principal, socket, upstream)
    }
    socket.unshift(begun)
    this.#intercept.begin(socket, { place, principal })
    this.#intercept.http1(socket)
  }

  async #passUnread(place: Destined, principal: DevicePrincipal, socket: Duplex, first: Buffer): Promise<void> {
    const upstream = await this.#connectOther(place, principal, socket)
    if (socket.destroyed) return void upstream.destroy()
    socket.write(established)
    if (first.length > 0) upstream.write(first)
    this.#join(place, principal, socket, upstream)
  }

  #join(place: Destined, principal: DevicePrincipal, socket: Duplex, upstream: Duplex): void {
    const { counts } = this.#rooms.traffic
    const tally = new Tally()
    tally.status = 200
    counts.tunnelOpened('unread')
    socket.once('close', () => {
      tally.bytes = (upstream as Partial<Socket>).bytesRead ?? 0
      counts.tunnelClosed('unread')
      counts.tunnelled(tally, tunnelSeen(place, principal))
    })
    joinTunnel(socket, upstream)
  }

  async #connectOther({ host, port }: Destined, principal: DevicePrincipal, socket: Duplex): Promise<Duplex> {
    const { config, outbound } = this.#rooms
    if (config.proxy.otherHosts === 'refuse' || isPaired(principal)) throw new RelayError('proxy_host_refused', { params: { host } })
    const ending = new AbortController()
    const onClose = (): void => ending.abort()
    socket.once('close', onClose)
    try {
      return await outbound.connect(bareHost(host), port, ending.signal)
    } finally {
      socket.off('close', onClose)
    }
  }
}

function tunnelSeen({ host, port }: Destined, principal: DevicePrincipal): SeenExchange {
  return { req: { method: 'CONNECT' }, head: { cookie: '' }, target: { place: { authority: `${host}:${port}` }, path: '' }, sender: nameOf(principal) }
}

/** What the client says first. Undefined: nothing. */
function firstBytes(socket: Duplex): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(undefined), firstByteTimeout)
    const onReadable = (): void => settle((socket.read() as Buffer | null) ?? undefined)
    const onClose = (): void => settle(undefined)
    const settle = (bytes: Buffer | undefined): void => {
      clearTimeout(timer)
      socket.off('readable', onReadable).off('close', onClose)
      resolve(bytes)
    }
    socket.once('readable', onReadable).once('close', onClose)
  })
}
