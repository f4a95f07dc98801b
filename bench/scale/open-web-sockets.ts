import { once } from 'node:events'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import type { Duplex } from 'node:stream'
import { dialHttp2 } from '../../test/proxy/http2/http2-client.ts'
import { dialTunnel } from '../../test/proxy/raw-client.ts'
import { cookie, manyHosts } from '../proxy/origin.ts'
import type { Way } from '../proxy/subject.ts'

/** What is spoken inside TLS. */
export type Protocol = 'http/1.1' | 'h2'

/** So many share a connection of HTTP/2, as those of a browser do. */
const shared = 100

/** Idle WebSockets through a proxy, to the one host of the site. */
export class WebSockets {
  readonly host = `host-0.${manyHosts}`
  readonly #access: { readonly host: string; readonly port: number; readonly authorization: string }
  readonly #to: { readonly authority: string; readonly ca: string }
  readonly #protocol: Protocol
  readonly #tunnels: Duplex[] = []
  #session: Promise<ClientHttp2Session> | undefined
  #streams = 0

  constructor({ proxy, ca, port }: { readonly proxy: Way; readonly ca: string; readonly port: number }, protocol: Protocol) {
    this.#access = { host: '127.0.0.1', port: proxy.port, authorization: proxy.authorization ?? '' }
    this.#to = { authority: `${this.host}:${port}`, ca }
    this.#protocol = protocol
  }

  /** So many more, at once. */
  open(count: number): Promise<Duplex[]> {
    return Promise.all(Array.from({ length: count }, () => (this.#protocol === 'h2' ? this.#onStream() : this.#upgrade())))
  }

  /** All of them. */
  async close(): Promise<void> {
    this.#session = undefined
    await Promise.all(
      this.#tunnels.splice(0).map((tunnel) => {
        tunnel.destroy()
        return tunnel.closed || once(tunnel, 'close')
      }),
    )
  }

  async #upgrade(): Promise<Duplex> {
    const socket = await dialTunnel(this.#access, this.#to)
    this.#tunnels.push(socket)
    const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`
    socket.write(`GET /socket HTTP/1.1\r\nHost: ${this.#to.authority}\r\nCookie: ${cookie}\r\n${upgrade}\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(answer.toString('latin1'))
    return socket
  }

  async #onStream(): Promise<Duplex> {
    if (this.#session === undefined || this.#streams === shared) {
      this.#streams = 0
      this.#session = this.#connect()
    }
    this.#streams += 1
    const session = await this.#session
    const head = { ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'https', ':authority': this.#to.authority, ':path': '/socket' }
    const stream = session.request({ ...head, 'sec-websocket-version': '13', cookie }, { endStream: false }).on('error', () => {})
    const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders]
    if (Number(answer[':status']) !== 200) throw new Error(`${answer[':status']}`)
    return stream
  }

  async #connect(): Promise<ClientHttp2Session> {
    const secure = await dialHttp2(this.#access, this.#to)
    this.#tunnels.push(secure)
    const session = connect(`https://${this.#to.authority}`, { createConnection: () => secure }).on('error', () => {})
    await once(session, 'remoteSettings')
    return session
  }
}
