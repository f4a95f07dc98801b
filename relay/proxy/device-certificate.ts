import type { TLSSocket } from 'node:tls'
import { RelayError } from '../errors.ts'
import type { DeviceCertificates } from '../identity/index.ts'
import type { DevicePrincipal } from './device-credentials.ts'

/** A client certificate that was shown on a connection: its serial number, or why it is no good. */
export type ShownCertificate = { readonly serial: string } | RelayError

/** Undefined: the client has shown none, as one with a token does. */
export function shownCertificate(socket: TLSSocket): ShownCertificate | undefined {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  if (socket.authorized) return { serial: certificate.serialNumber }
  const { code } = (socket.authorizationError ?? {}) as Partial<NodeJS.ErrnoException>
  return refusal((code ?? String(socket.authorizationError)) === 'CERT_HAS_EXPIRED' ? 'it has expired' : 'this relay has not issued it')
}

/** Whose it is: asked for each time, so that a revoked device is refused on a connection that stood before. */
export function certifiedDevice(shown: ShownCertificate, certificates: Pick<DeviceCertificates, 'principal'>): DevicePrincipal | RelayError {
  if (shown instanceof RelayError) return shown
  return certificates.principal(shown.serial) ?? refusal('its device was revoked, or it was replaced by a newer one')
}

function refusal(reason: string): RelayError {
  return new RelayError('device_certificate_refused', { params: { reason } })
}
