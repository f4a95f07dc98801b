import type { IncomingMessage } from 'node:http'
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

  note(request: IncomingMessage, device: DevicePrincipal): void {
    this.#devices.set(request, device)
  }

  of(request: IncomingMessage): DevicePrincipal | undefined {
    return this.#devices.get(request)
  }

  /** A client has opened a tunnel to the portal: what proved it to the proxy on this connection says nothing of who speaks in the tunnel. */
  noteTunnel(connection: Duplex): void {
    this.#tunnels.add(connection)
  }

  /** Whether it came by the proxy: handed over, or on such a tunnel. */
  hasBrought(request: IncomingMessage): boolean {
    return this.#devices.has(request) || this.#tunnels.has(request.socket)
  }
}
