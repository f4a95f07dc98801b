import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Principal } from '../../identity/index.ts'

export type DevicePrincipal = Extract<Principal, { kind: 'device' }>

/**
 * From which device a request came that the proxy handed over. Kept beside the request, not in a field of it: nothing a client can write
 * makes it a device. It counts on handoff links alone; everywhere else the portal asks who is there, as it does without a proxy.
 */
export class ProxiedDevices {
  readonly #devices = new WeakMap<IncomingMessage, DevicePrincipal>()
  readonly #tunnels = new WeakSet<object>()
  /** Where the proxy listens, as its connections tell it. */
  readonly #doors = new Set<string>()

  note(request: IncomingMessage, device: DevicePrincipal): void {
    this.noteDoor(request.socket)
    this.#devices.set(request, device)
  }

  of(request: IncomingMessage): DevicePrincipal | undefined {
    return this.#devices.get(request)
  }

  /** A client has opened a tunnel to the portal: what proved it to the proxy on this connection says nothing of who speaks in the tunnel. */
  noteTunnel(connection: Duplex): void {
    this.noteDoor(connection as Socket)
    this.#tunnels.add(connection)
  }

  /** The proxy hands over a connection. A portal with TLS of its own sees another object for it, which tells the same of where it came in. */
  noteDoor(connection: Socket): void {
    this.#doors.add(doorOf(connection))
  }

  /** Whether its connection came in where the proxy listens, be it for a tunnel or a device of its own: what passed a reverse proxy did not. */
  cameByProxy({ socket }: Pick<IncomingMessage, 'socket'>): boolean {
    return this.#doors.has(doorOf(socket))
  }

  /** Whether it came by the proxy: handed over, or on such a tunnel. */
  hasBrought(request: IncomingMessage): boolean {
    return this.#devices.has(request) || this.#tunnels.has(request.socket)
  }
}

/** The portal may listen at the same port of another address. */
function doorOf({ localAddress, localPort }: Pick<Socket, 'localAddress' | 'localPort'>): string {
  return `${localAddress} ${localPort}`
}
