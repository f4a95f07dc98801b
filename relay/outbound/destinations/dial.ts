import type { LookupAddress } from 'node:dns'
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, type PeerCertificate, type SecureContext, type TLSSocket } from 'node:tls'
import type { Host } from './host.ts'

export interface DialOptions {
  readonly host: Host
  readonly port: number
  /** Checked: the connection goes to one of these. */
  readonly addresses: readonly LookupAddress[]
  readonly signal: AbortSignal
  /** A connection that leads there already, by a proxy. */
  readonly through?: Socket
  readonly tls?: {
    readonly context: SecureContext
    readonly session: Buffer | undefined
    onSession(session: Buffer): void
    /** What is spoken there, the best first (RFC 7301); default: HTTP/1.1 alone. */
    readonly protocols?: readonly string[]
    /** Whose certificate it must be; default: the host's. */
    readonly identity?: Host
  }
}

/**
 * Opens a connection to one of the checked addresses, tried side by side (RFC 8305). With `tls` it is given out only when the site
 * has proved its identity. Rejects with the socket's own error, or the signal's reason.
 */
export function dial({ host, port, addresses, signal, through, tls }: DialOptions): Promise<Socket | TLSSocket> {
  if (through !== undefined && tls === undefined) return Promise.resolve(through)
  return new Promise((resolve, reject) => {
    const options = {
      host: host.name,
      port,
      lookup: lookupIn(addresses),
      autoSelectFamily: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      noDelay: true,
    }
    const way = through === undefined ? options : { socket: through, host: host.name }
    const socket = tls === undefined ? connectTcp(options) : connectTls({ ...way, ...identity(tls.identity ?? host), ...verification, ...agreement(tls) })
    const onAbort = () => socket.destroy(signal.reason)
    const onClose = () => settle(() => reject(Object.assign(new Error('closed while connecting'), { code: 'ECONNRESET' })))
    const onError = (error: Error) => settle(() => reject(error))
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError).off('close', onClose)
      finish()
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    if (tls !== undefined) socket.on('session', tls.onSession)
    // An error that comes when nobody listens any more, or not yet, must not end the process.
    socket.on('error', ignore)
    socket
      .once('error', onError)
      .once('close', onClose)
      .once(tls === undefined ? 'connect' : 'secureConnect', () => settle(() => resolve(socket)))
  })
}

// What stays with a connection stands outside of `dial`: else each would hold all that opening it took, for as long as it is open.

/** Node asks for names only; an address is connected to as it stands, and is the checked one. */
function lookupIn(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) callback(null, [...addresses])
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
  }
}

function ignore(): void {}

// Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment must not switch it off.
const verification = { rejectUnauthorized: true }
const http1 = ['http/1.1']

/** RFC 6066 section 3: no server name for an address; a name without its trailing dot. The certificate must be for it, wherever the connection goes. */
function identity(host: Host): { servername?: string; checkServerIdentity(connected: string, certificate: PeerCertificate): Error | undefined } {
  const name = host.isAddress ? host.name : host.name.replace(/\.$/, '')
  return { ...(host.isAddress ? {} : { servername: name }), checkServerIdentity: (_connected, certificate) => checkServerIdentity(name, certificate) }
}

function agreement({ context, session, protocols = http1 }: NonNullable<DialOptions['tls']>): {
  secureContext: SecureContext
  ALPNProtocols: string[]
  session?: Buffer
} {
  return { secureContext: context, ALPNProtocols: [...protocols], ...(session === undefined ? {} : { session }) }
}
