import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import type { Device } from '../identity/index.ts'
import { asPortTaken, boundAddress, readPair, splitAddress } from '../listening.ts'
import { type DevicePrincipal, ProxiedDevices } from './caller/proxied-devices.ts'
import type { Portal, PortalOptions } from './contract.ts'
import { portalUrl } from './portal-url.ts'
import type { Rooms } from './rooms.ts'
import { buildServer, type PortalTls } from './server.ts'
import { EventStreams } from './web/event-streams.ts'
import { isOwnHost } from './web/host-rule.ts'

export function createPortal(options: PortalOptions): Portal {
  return new WebPortal(options)
}

class WebPortal implements Portal {
  readonly #rooms: Rooms
  readonly #listen: { readonly host: string; readonly port: number }
  #server: Promise<FastifyInstance> | undefined
  #running: FastifyInstance | undefined
  #address = ''
  #stopListening: readonly (() => void)[] = []

  constructor(options: PortalOptions) {
    const { portal } = options.config
    const ownTls = portal.certificate !== undefined && portal.key !== undefined
    this.#listen = splitAddress(portal.listen)
    this.#rooms = {
      ...options,
      url: () => this.url(),
      scheme: ownTls ? 'https' : 'http',
      secure: ownTls || portal.publicUrl?.startsWith('https:') === true,
      streams: new EventStreams(),
      proxied: new ProxiedDevices(),
    }
  }

  async start(): Promise<void> {
    const { sessions, identity, notices, streams } = this.#rooms
    const server = await this.#build()
    const { host, port } = this.#listen
    try {
      await server.listen({ host, port })
    } catch (cause) {
      throw asPortTaken(cause as NodeJS.ErrnoException, this.#rooms.config.portal.listen, 'portal.listen')
    }
    this.#running = server
    this.#address = boundAddress(server.server) ?? ''
    this.#stopListening = [
      sessions.onEvent((event) => streams.tell(event)),
      notices.onTold((notice) => streams.tellNotice(notice)),
      identity.onDeviceRevoked((device) => {
        streams.end(device.id)
        this.#takeBack(device)
      }),
    ]
  }

  async stop(): Promise<void> {
    for (const stop of this.#stopListening) stop()
    this.#rooms.streams.endAll()
    await (await this.#server)?.close()
    this.#server = undefined
    this.#running = undefined
    this.#address = ''
  }

  url(): string {
    return this.#address === '' ? portalUrl(this.#rooms.config.portal) : portalUrl(this.#rooms.config.portal, this.#address)
  }

  get address(): string {
    return this.#address
  }

  isAt(host: string, port: number, localAddress: string | undefined): boolean {
    if (this.#address === '') return false
    const { publicUrl } = this.#rooms.config.portal
    const own = new URL(this.url())
    if (publicUrl !== undefined && host.toLowerCase() === own.hostname && port === Number(own.port || (own.protocol === 'https:' ? 443 : 80))) return true
    return port === splitAddress(this.#address).port && isOwnHost({ host, listenHost: bracketed(this.#listen.host), publicHost: own.hostname, localAddress })
  }

  answer(request: IncomingMessage, response: ServerResponse, device: DevicePrincipal): void {
    this.#rooms.proxied.note(request, device)
    this.#running?.routing(request, response)
  }

  admit(connection: Duplex): void {
    this.#rooms.proxied.noteTunnel(connection)
    this.#running?.server.emit('connection', connection)
  }

  admitDevice(connection: TLSSocket): void {
    const { scheme } = this.#rooms
    if (this.#running === undefined) return void connection.destroy()
    this.#rooms.proxied.noteDoor(connection)
    // TLS is done; what is left is what each kind of server does with a connection then.
    this.#running.server.emit(scheme === 'https' ? 'secureConnection' : 'connection', connection)
  }

  /** Cookies that a paired terminal was given are worth nothing once it is ended: the session is ended at the site (law 7). */
  #takeBack({ paired }: Device): void {
    const { sessions, log } = this.#rooms
    for (const account of paired?.handedOver ?? []) {
      sessions.end(account).catch((error: unknown) => log.error({ err: error, account }, 'a session that was handed to a paired terminal could not be ended'))
    }
  }

  readonly inject = (async (request: never) => (await this.#build()).inject(request)) as unknown as FastifyInstance['inject']

  #build(): Promise<FastifyInstance> {
    this.#server ??= loadTls(this.#rooms).then((tls) =>
      buildServer(this.#rooms, { listenHost: bracketed(this.#listen.host), tls, ownPort: () => splitAddress(this.#address).port }),
    )
    return this.#server
  }
}

async function loadTls({ config: { portal }, deviceCertificates }: Rooms): Promise<PortalTls | undefined> {
  if (portal.certificate === undefined || portal.key === undefined) return undefined
  return { ...(await readPair(portal.certificate, portal.key)), ca: deviceCertificates.authority() }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
