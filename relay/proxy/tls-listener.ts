import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo, Socket } from 'node:net'
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import type { Config } from '../../config/index.ts'
import { RelayError } from '../errors.ts'
import type { CertificateAuthority } from './certificate-authority.ts'
import { bareHost } from './enrolled-hosts.ts'

/** Milliseconds. */
const handshakeTimeout = 20_000

export interface TlsListenerOptions {
  readonly config: Config['proxy'] & { readonly tlsListen: string }
  readonly ca: Pick<CertificateAuthority, 'leafFor'>
  readonly log: Logger
  /** A client whose handshake is done; what it speaks from here on is the same as without TLS. */
  onConnection(socket: TLSSocket): void
}

/** The host that terminals name the TLS listener by: its certificate is for this one. */
export function tlsHost({ tlsListen, tlsAddress }: Config['proxy']): string | undefined {
  if (tlsListen === undefined) return undefined
  const address = tlsAddress ?? tlsListen
  return bareHost(address.slice(0, address.lastIndexOf(':'))).toLowerCase()
}

/** A second door to the proxy, over TLS: device tokens and the names of hosts do not pass the network in clear. */
export class TlsListener {
  readonly #options: TlsListenerOptions
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(options: TlsListenerOptions) {
    this.#options = options
  }

  /** `port_taken`; `config_unreadable`. */
  async start(): Promise<void> {
    const { config, log, onConnection } = this.#options
    // Asked for each handshake: a leaf of the relay's own CA is made anew before it ends.
    const context = await this.#contexts()
    const server = createServer({
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout,
      noDelay: true,
      SNICallback: (_name, answer) => void context().then((given) => answer(null, given), answer),
      // For a client that names no host, or an address.
      ...(await this.#certificate()),
    })
    server
      .on('connection', (socket: Socket) => {
        this.#sockets.add(socket)
        socket.on('close', () => this.#sockets.delete(socket))
      })
      .on('secureConnection', onConnection)
      .on('tlsClientError', (error: NodeJS.ErrnoException) => log.info({ code: error.code }, 'a TLS handshake with the proxy broke off'))
    const colon = config.tlsListen.lastIndexOf(':')
    server.listen(Number(config.tlsListen.slice(colon + 1)), bareHost(config.tlsListen.slice(0, colon)))
    await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') throw cause
      throw new RelayError('port_taken', { params: { address: config.tlsListen, key: 'proxy.tlsListen' }, cause })
    })
    this.#server = server
  }

  /** Takes no more. Connections that have gone through are their owner's to end. */
  close(): void {
    this.#server?.close()
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** HOST:PORT; undefined: it does not listen. */
  get address(): string | undefined {
    const bound = this.#server?.address() as AddressInfo | null | undefined
    return bound ? `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}` : undefined
  }

  async #contexts(): Promise<() => Promise<SecureContext>> {
    if (this.#options.config.certificate === undefined) return async () => (await this.#ownLeaf()).context
    const given = createSecureContext({ ...(await this.#certificate()), minVersion: 'TLSv1.2' })
    return async () => given
  }

  async #certificate(): Promise<{ readonly cert: string; readonly key: string }> {
    const { certificate, key } = this.#options.config
    if (certificate === undefined || key === undefined) return this.#ownLeaf()
    const [cert, keyPem] = await Promise.all([certificate, key].map(readPem))
    return { cert: cert as string, key: keyPem as string }
  }

  #ownLeaf() {
    return this.#options.ca.leafFor(tlsHost(this.#options.config) as string)
  }
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new RelayError('config_unreadable', { params: { file }, cause })
  }
}
