import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import type { Config } from '../../../config/index.ts'
import { boundAddress, listenAt, readPair, readPem, splitAddress } from '../../listening.ts'
import type { CertificateAuthority } from '../ca/certificate-authority.ts'

/** Milliseconds. */
const handshakeTimeout = 20_000
/** How often it is looked whether the relay's CA has made another leaf; one lives for days. Milliseconds. */
const renewalInterval = 3_600_000

const minVersion = 'TLSv1.2'
/** What a device speaks that wants the relay's API and not the proxy (RFC 7301). Nothing that a device carries for others can choose it. */
export const deviceProtocol = 'login-relay'

/** PEM. */
interface Shown {
  readonly cert: string
  readonly key: string
}

export interface TlsListenerOptions {
  readonly config: Config['proxy'] & { readonly tlsListen: string }
  readonly ca: Pick<CertificateAuthority, 'leafFor' | 'pem'>
  /** The CA of devices, PEM. A client need not show a certificate; one that it shows must be verified by this. */
  readonly clientAuthority: () => string
  readonly log: Logger
  /** A client whose handshake is done; what it speaks from here on is the same as without TLS. */
  onConnection(socket: TLSSocket): void
}

/** The host that terminals name the TLS listener by: its certificate is for this one. */
export function tlsHost({ tlsListen, tlsAddress }: Config['proxy']): string | undefined {
  if (tlsListen === undefined) return undefined
  return splitAddress(tlsAddress ?? tlsListen).host.toLowerCase()
}

/**
 * A second door to the proxy, over TLS: device tokens and the names of hosts do not pass the network in clear. A device may prove itself
 * by its certificate instead of a token; one that is no good is refused in words, after the handshake.
 */
export class TlsListener {
  readonly #options: TlsListenerOptions
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #renewing: NodeJS.Timeout | undefined

  constructor(options: TlsListenerOptions) {
    this.#options = options
  }

  /** `port_taken`; `config_unreadable`. */
  async start(): Promise<void> {
    const { config, log, onConnection, clientAuthority } = this.#options
    const shown = await this.#certificate()
    const clients = { requestCert: true, rejectUnauthorized: false, ca: clientAuthority() }
    const server = createServer({ ALPNProtocols: ['http/1.1', deviceProtocol], handshakeTimeout, noDelay: true, minVersion, ...clients, ...shown })
    server
      .on('connection', (socket: Socket) => {
        this.#sockets.add(socket)
        socket.on('close', () => this.#sockets.delete(socket))
      })
      .on('secureConnection', onConnection)
      .on('tlsClientError', (error: NodeJS.ErrnoException) => log.info({ code: error.code }, 'a TLS handshake with the proxy broke off'))
    await listenAt(server, config.tlsListen, 'proxy.tlsListen')
    this.#server = server
    if (config.certificate === undefined) this.#renew(server, shown)
  }

  /** A leaf of the relay's own CA ends in days. Not by SNICallback: that is asked for names alone, and a terminal may know this host by its address. */
  #renew(server: Server, first: Shown): void {
    let shown = first
    const look = async (): Promise<void> => {
      const leaf = await this.#certificate()
      if (leaf.cert === shown.cert) return
      shown = leaf
      server.setSecureContext({ minVersion, ca: this.#options.clientAuthority(), ...leaf })
    }
    const onError = (err: unknown): void => this.#options.log.warn({ err }, 'the certificate of the TLS listener could not be made anew')
    this.#renewing = setInterval(() => void look().catch(onError), renewalInterval).unref()
  }

  /** Takes no more. Connections that have gone through are their owner's to end. */
  close(): void {
    clearInterval(this.#renewing)
    this.#server?.close()
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** What vouches for the certificate it shows, PEM: the relay's own CA, or the last one of the file with a certificate of somebody else's. */
  async authority(): Promise<string> {
    const { config, ca } = this.#options
    if (config.certificate === undefined) return ca.pem()
    const shown = await readPem(config.certificate)
    return shown.slice(Math.max(0, shown.lastIndexOf('-----BEGIN CERTIFICATE-----')))
  }

  /** HOST:PORT; undefined: it does not listen. */
  get address(): string | undefined {
    return boundAddress(this.#server)
  }

  async #certificate(): Promise<Shown> {
    const { config, ca } = this.#options
    const { certificate, key } = config
    if (certificate === undefined || key === undefined) {
      const leaf = await ca.leafFor(tlsHost(config) as string)
      return { cert: leaf.cert, key: leaf.key }
    }
    return readPair(certificate, key)
  }
}
