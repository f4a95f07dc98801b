import type { Duplex } from 'node:stream'
import type { ShownCertificate } from '../../identity/index.ts'
import type { ClientConnection, Destined } from '../../traffic/index.ts'
import type { DevicePrincipal } from '../device/device-credentials.ts'

/** An intercepted tunnel: what a client speaks inside it is for this place alone. */
export interface Tunnel {
  readonly place: Destined
  readonly principal: DevicePrincipal
}

/** A client's connection, to the proxy or inside an intercepted tunnel. */
export interface Downstream extends ClientConnection {
  readonly socket: Duplex
  readonly tunnel: Tunnel | undefined
  /** The client certificate that was shown on it. */
  readonly certificate: ShownCertificate | undefined
  /** Inside a tunnel: who opened it. */
  readonly principal: DevicePrincipal | undefined
  /** Credentials that were found good on this connection. */
  known: { readonly authorization: string | undefined; readonly principal: DevicePrincipal } | undefined
}

/** The connections there are. */
export class Connections {
  readonly #states = new WeakMap<Duplex, Downstream>()
  readonly #open = new Set<Duplex>()
  #clients = 0

  /** A connection as it was accepted. One that is known is left as it is: it comes again after a refused CONNECT or inside a tunnel. */
  add(socket: Duplex, certificate?: ShownCertificate): void {
    if (this.#states.has(socket)) return
    this.#remember(socket, undefined, certificate)
    this.#clients++
    socket.once('close', () => this.#clients--)
  }

  addTunnel(socket: Duplex, tunnel: Tunnel): void {
    this.#remember(socket, tunnel)
  }

  of(socket: Duplex): Downstream | undefined {
    return this.#states.get(socket)
  }

  /** Connections of clients; tunnels inside them do not count. */
  get clients(): number {
    return this.#clients
  }

  destroyAll(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #remember(socket: Duplex, tunnel: Tunnel | undefined, certificate?: ShownCertificate): void {
    const [principal, host] = [tunnel?.principal, tunnel?.place.host]
    this.#states.set(socket, { socket, tunnel, certificate, host, principal, known: undefined, refused: false, current: undefined, relayed: undefined })
    if (this.#open.has(socket)) return
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    // Between two owners of the connection a reset must not end the process.
    socket.on('error', () => {})
  }
}
