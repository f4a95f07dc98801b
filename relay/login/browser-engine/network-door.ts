import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { TLSSocket } from 'node:tls'
import { RelayError } from '../../errors.ts'
import type { AgentRequest, AgentResponse, HttpAgent } from '../../outbound/index.ts'
import type { CookieJar } from '../cookies/index.ts'
import type { DoorCertificate } from './certificate.ts'
import { Placeholders } from './placeholders.ts'

export interface DoorOptions {
  readonly agent: HttpAgent
  /** Hears of every cookie that a site sets. */
  readonly jar: CookieJar
  readonly certificate: DoorCertificate
  readonly signal: AbortSignal
  readonly limits: { readonly pageBytes: number; readonly requests: number }
}

/** What the browser writes for its own connection, and what the agent writes itself. */
const ownFields = /^(?:host|connection|keep-alive|proxy-.*|transfer-encoding|te|trailer|upgrade|expect|content-length|accept-encoding)$/i
/** What held for the answer as the site wrote it: its length and encoding, where else it may be had, what its connection was. */
const lostFields = /^(?:content-length|content-encoding|transfer-encoding|connection|keep-alive|trailer|upgrade|alt-svc|strict-transport-security)$/i

/**
 * The only way out of a page in the browser: a proxy on loopback, for one sign-in, that asks for credentials of its own. Each request leaves
 * by the relay's HTTP agent, under the rules for destinations, and nowhere else. A placeholder in a body is a slot for a secret: the value is
 * written behind the origin check, and taken out of the answer again.
 */
export class NetworkDoor {
  readonly placeholders = new Placeholders()
  readonly credentials = { username: 'page', password: randomBytes(18).toString('hex') }
  /** What a page was refused, in the order of asking. */
  readonly refused: RelayError[] = []
  /** Values of Authorization that pages sent, by origin. */
  readonly authorizations = new Map<string, string>()
  /** Requests under way. */
  underWay = 0
  /** Those of them that carry a secret. */
  secretsUnderWay = 0
  /** Requests so far with a secret in them that were answered. */
  secretsSent = 0
  readonly #options: DoorOptions
  readonly #outer: Server
  readonly #inner: Server
  readonly #origins = new WeakMap<Socket, string>()
  readonly #sockets = new Set<Socket>()
  #requests = 0

  private constructor(options: DoorOptions) {
    this.#options = options
    this.#outer = createServer((request, response) => void this.#outerRequest(request, response))
    this.#inner = createServer((request, response) => void this.#respond(request, response, this.#origins.get(request.socket) ?? ''))
    this.#outer.on('connect', (request: IncomingMessage, socket: Socket) => this.#tunnel(request, socket))
    this.#outer.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {})
    })
  }

  static async open(options: DoorOptions): Promise<NetworkDoor> {
    const door = new NetworkDoor(options)
    await new Promise<void>((resolve, reject) => door.#outer.once('error', reject).listen(0, '127.0.0.1', resolve))
    return door
  }

  get address(): string {
    return `127.0.0.1:${(this.#outer.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#outer.close(resolve))
  }

  /** RFC 9110 section 11.7: other programs on this machine do not go in and out here. */
  #isKnown({ headers }: IncomingMessage): boolean {
    const { username, password } = this.credentials
    const wanted = Buffer.from(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
    const given = Buffer.from(headers['proxy-authorization'] ?? '')
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  }

  async #outerRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isKnown(request)) return void response.writeHead(407, { 'proxy-authenticate': 'Basic realm="door"' }).end()
    const url = URL.parse(request.url ?? '')
    if (url?.protocol !== 'http:') return void response.writeHead(400).end()
    await this.#respond(request, response, url.origin)
  }

  /** What is inside is TLS, or for ws: and the like plain: the first byte tells (RFC 8446 section 5.1, handshake). */
  #tunnel(request: IncomingMessage, socket: Socket): void {
    if (!this.#isKnown(request))
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="door"\r\ncontent-length: 0\r\n\r\n')
    const target = URL.parse(`https://${request.url}`)
    if (target === null) return void socket.destroy()
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const { cert, key } = this.#options.certificate
    const inside = new TLSSocket(socket, { isServer: true, cert, key, ALPNProtocols: ['http/1.1'] })
    inside.on('error', () => socket.destroy())
    this.#origins.set(inside, target.origin)
    this.#inner.emit('connection', inside)
  }

  async #respond(request: IncomingMessage, response: ServerResponse, origin: string): Promise<void> {
    this.underWay += 1
    response.on('error', () => {})
    try {
      const url = new URL(request.url ?? '', origin)
      const answer = await this.#send(await this.#read(request, url))
      await this.#pass(answer, response)
    } catch (error) {
      if (error instanceof RelayError) this.refused.push(error)
      // No answer of the site: the browser shows a failed connection, not a page.
      response.destroy()
    } finally {
      this.underWay -= 1
    }
  }

  async #read(request: IncomingMessage, url: URL): Promise<AgentRequest> {
    const { limits, signal } = this.#options
    this.#requests += 1
    if (this.#requests > limits.requests) throw new RelayError('site_too_big', { params: { site: url.host, limit: `${limits.requests} requests` } })
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > limits.pageBytes) throw new RelayError('site_too_big', { params: { site: url.host, limit: `${limits.pageBytes} bytes` } })
      chunks.push(chunk)
    }
    const headers = pairs(request.rawHeaders).filter(([name]) => !ownFields.test(name))
    // Law 2: in the body of a request, where forms put it, and nowhere else.
    if ([url.href, ...headers.map(([, value]) => value)].some((text) => this.placeholders.isIn(text))) {
      throw new RelayError('secret_refused', { detail: "the page's script put it into an address or a header" })
    }
    const body = Buffer.concat(chunks)
    const parts = this.placeholders.slotsIn(body, request.headers['content-type'] ?? '')
    const { authorization } = request.headers
    if (authorization !== undefined && authorization.length <= 8192) this.authorizations.set(url.origin, authorization)
    return { method: request.method ?? 'GET', url, headers, ...(size === 0 ? {} : { body: parts ?? [body] }), signal }
  }

  async #send(request: AgentRequest): Promise<AgentResponse> {
    const { agent, jar } = this.#options
    const carries = request.body?.some((part) => !Buffer.isBuffer(part)) === true
    if (carries) this.secretsUnderWay += 1
    const response = await agent.send(request).finally(() => {
      if (carries) this.secretsUnderWay -= 1
    })
    if (carries) this.secretsSent += 1
    for (const [name, value] of response.headers) if (name.toLowerCase() === 'set-cookie') jar.set(value, request.url)
    return response
  }

  async #pass({ status, headers, body }: AgentResponse, response: ServerResponse): Promise<void> {
    const kept = headers.filter(([name]) => !lostFields.test(name))
    response.writeHead(status, kept.flat())
    if (this.secretsSent === 0 || !isText(headers)) return pipeline(body, response)
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > this.#options.limits.pageBytes)
        throw new RelayError('site_too_big', { params: { site: 'the site', limit: `${this.#options.limits.pageBytes} bytes` } })
      chunks.push(chunk)
    }
    response.end(this.#withoutSecrets(Buffer.concat(chunks)))
  }

  /** A site may repeat the password in its answer; the browser is not to hold it then either. */
  #withoutSecrets(bytes: Buffer): Buffer {
    const text = bytes.toString('latin1')
    const wide = bytes.toString()
    if (this.#options.agent.scrub(wide) !== wide) return Buffer.from(this.#options.agent.scrub(wide))
    return Buffer.from(this.#options.agent.scrub(text), 'latin1')
  }
}

function isText(headers: AgentResponse['headers']): boolean {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  return type === '' || /text|json|xml|javascript|urlencoded/i.test(type)
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2] ?? '', flat[index * 2 + 1] ?? ''])
}
