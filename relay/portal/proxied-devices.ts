import type { IncomingMessage } from 'node:http'
import type { Principal } from '../identity/index.ts'

export type DevicePrincipal = Extract<Principal, { kind: 'device' }>

/**
 * From which device a request came that the proxy handed over. Kept beside the request, not in a field of it: nothing a client can write
 * makes it a device. It counts on handoff links alone; everywhere else the portal asks who is there, as it does without a proxy.
 */
export class ProxiedDevices {
  readonly #devices = new WeakMap<IncomingMessage, DevicePrincipal>()

  note(request: IncomingMessage, device: DevicePrincipal): void {
    this.#devices.set(request, device)
  }

  of(request: IncomingMessage): DevicePrincipal | undefined {
    return this.#devices.get(request)
  }
}
