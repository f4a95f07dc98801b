import type { FastifyRequest } from 'fastify'
import { RelayError } from '../../errors.ts'
import { shownCertificate } from '../../identity/index.ts'
import type { Rooms } from '../rooms.ts'
import type { DevicePrincipal } from './proxied-devices.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The device that has shown its certificate on this connection. */
    certified: DevicePrincipal | undefined
  }
}

/**
 * The device that has shown its certificate on the portal's own TLS listener, or spoke the devices' protocol; what came by the proxy has shown
 * its certificate there, and whoever reaches a terminal's proxy is not that terminal.
 * `device_certificate_refused` where it is no good, whatever is asked for and with whatever credential beside it: each side has proved
 * itself before anything is said.
 */
export function checkShownCertificate({ deviceCertificates, proxied }: Rooms, { raw, socket }: FastifyRequest): DevicePrincipal | undefined {
  const shown = proxied.hasBrought(raw) ? undefined : shownCertificate(socket)
  const admitted = shown && deviceCertificates.admit(shown)
  if (admitted instanceof RelayError) throw admitted
  return admitted
}
