import type { X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'

/** A client certificate that was shown on a connection. */
export interface ShownCertificate {
  readonly certificate: X509Certificate
  /** Upper-case hexadecimal. */
  readonly serial: string
  /** TLS has verified it by the CA of devices. Nothing in it counts otherwise. */
  readonly isVerified: boolean
  /** Where the client is. */
  readonly address: string
}

/** Undefined: the client has shown none, as one with a token does, or a browser. */
export function shownCertificate(socket: unknown): ShownCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  return { certificate, serial: certificate.serialNumber, isVerified: socket.authorized, address: socket.remoteAddress ?? '' }
}
