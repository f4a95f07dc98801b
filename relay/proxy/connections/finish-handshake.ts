import type { TLSSocket } from 'node:tls'

/** Milliseconds. */
const handshakeTimeout = 20_000

/** Waits until the client has finished the handshake; gives the protocol that was agreed on (RFC 7301). Rejects with the reason when it does not. */
export function finishHandshake(secure: TLSSocket): Promise<'h2' | 'http/1.1'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(broken('ERR_TLS_HANDSHAKE_TIMEOUT'))), handshakeTimeout)
    const onSecure = (): void =>
      settle(() => {
        // A tls.Server says so of its sockets; this one has none, and node:http2 would wait for it.
        Object.assign(secure, { secureConnecting: false })
        resolve(secure.alpnProtocol === 'h2' ? 'h2' : 'http/1.1')
      })
    const onError = (error: Error): void => settle(() => reject(error))
    const onClose = (): void => settle(() => reject(broken('ECONNRESET')))
    const settle = (finish: () => void): void => {
      clearTimeout(timer)
      secure.off('secure', onSecure).off('_tlsError', onError).off('error', onError).off('end', onClose).off('close', onClose)
      finish()
    }
    // Before the handshake is over a server's TLSSocket tells errors by `_tlsError` alone.
    // A client that has gone ends its side only: connections of an HTTP server may be half open.
    secure.once('secure', onSecure).once('_tlsError', onError).once('error', onError).once('end', onClose).once('close', onClose)
  })
}

function broken(code: string): Error {
  return Object.assign(new Error('the handshake was not finished'), { code })
}
