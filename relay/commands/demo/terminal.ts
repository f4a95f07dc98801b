import { connect } from 'node:net'

/**
 * A terminal of the demo: it holds a proxy address with its device token, and nothing else.
 * It speaks HTTP on a bare socket, so that every byte it receives is kept and can be searched.
 */
export class Terminal {
  readonly #proxy: { host: string; port: number }
  readonly #authorization: string
  readonly #received: Buffer[] = []

  constructor(proxy: string, device: string, token: string) {
    const colon = proxy.lastIndexOf(':')
    this.#proxy = { host: proxy.slice(0, colon), port: Number(proxy.slice(colon + 1)) }
    this.#authorization = `Basic ${Buffer.from(`${device}:${token}`).toString('base64')}`
  }

  /** Everything this terminal has received so far. */
  get received(): Buffer {
    return Buffer.concat(this.#received)
  }

  /** GET through the proxy (RFC 9112 section 3.2.2, absolute-form). */
  get(url: URL): Promise<{ readonly status: number; readonly body: string }> {
    const lines = [`GET ${url.href} HTTP/1.1`, `Host: ${url.host}`, `Proxy-Authorization: ${this.#authorization}`, 'Accept: text/html', 'Connection: close']
    return this.#exchange(this.#proxy, lines)
  }

  /** POST of JSON to the portal itself. */
  postJson(url: URL, body: unknown): Promise<{ readonly status: number; readonly body: string }> {
    const payload = JSON.stringify(body)
    const lines = [
      `POST ${url.pathname} HTTP/1.1`,
      `Host: ${url.host}`,
      `Authorization: ${this.#authorization}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(payload)}`,
      'Connection: close',
    ]
    return this.#exchange({ host: url.hostname, port: Number(url.port) }, lines, payload)
  }

  #exchange(to: { host: string; port: number }, lines: readonly string[], payload = ''): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const answer: Buffer[] = []
      const socket = connect(to, () => socket.write(`${lines.join('\r\n')}\r\n\r\n${payload}`))
      socket.on('data', (chunk) => {
        answer.push(chunk)
        this.#received.push(chunk)
      })
      socket.on('error', reject)
      socket.on('end', () => {
        const text = Buffer.concat(answer).toString()
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
        resolve({ status, body: text.slice(text.indexOf('\r\n\r\n') + 4) })
      })
    })
  }
}
