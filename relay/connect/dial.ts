import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { RelayError } from '../errors.ts'
import { splitAddress } from '../listening.ts'
import type { Enrolment } from './enrolments.ts'

/** What is spoken on a connection: proxied traffic, or the relay's own API. A local client of this program never chooses. */
export type Protocol = 'http/1.1' | 'login-relay'

/** TLS to a relay, by which both sides prove themselves: it by the CA of the enrolment and nothing else, the client by its certificate. */
export function tlsOptions({ address, authority, certificate, key }: Enrolment, protocol: Protocol) {
  const trust = { ca: authority, allowPartialTrustChain: true, minVersion: 'TLSv1.2' as const }
  const { host, port } = splitAddress(address)
  // RFC 6066 section 3: an address is no server name. Said here, for an agent would take the Host field for it.
  return { host, port, servername: isIP(host) === 0 ? host : '', ...trust, cert: certificate, key, ALPNProtocols: [protocol] }
}

/** A connection on which not a byte was sent yet. `relay_untrusted`; `relay_unreachable`, after so many milliseconds at most. */
export function dial(enrolment: Enrolment, patience: number): Promise<TLSSocket> {
  const { address } = enrolment
  return new Promise((resolve, reject) => {
    const socket = connect(tlsOptions(enrolment, 'http/1.1'))
    const timer = setTimeout(() => socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })), patience)
    const onError = (cause: Error): void => {
      clearTimeout(timer)
      reject(asDialError(address, cause, socket))
    }
    socket.once('error', onError).once('secureConnect', () => {
      clearTimeout(timer)
      socket.off('error', onError)
      socket.setNoDelay(true)
      resolve(socket)
    })
  })
}

/** What ended a connection before it stood: the relay is not there, or it is not the one. */
export function asDialError(address: string, cause: Error, socket: Partial<TLSSocket>): RelayError {
  // Set by TLS where the certificate was looked at and found wanting; it names the rule, in words or as a code.
  const found = socket.authorizationError as unknown
  if (!found) return new RelayError('relay_unreachable', { params: { address }, cause })
  const reason = found instanceof Error ? ((found as NodeJS.ErrnoException).code ?? found.message) : String(found)
  return new RelayError('relay_untrusted', { params: { address, reason }, cause })
}
