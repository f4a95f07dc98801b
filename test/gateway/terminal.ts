import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { signInWholly } from '../identity/sign-in-wholly.ts'
import type { StartedRelay } from '../start-relay.ts'

export interface Answer {
  readonly url: string
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Addresses it was led through. */
  readonly hops: readonly string[]
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Default: redirects are followed as a browser follows them. */
  readonly follow?: boolean
}

/** What a browser says when a person goes to an address. */
const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' }

/** A client that keeps cookies by host as a browser does, follows redirects, and finds every host at this machine. */
export class Terminal {
  /** By host and port. */
  readonly cookies = new Map<string, Map<string, string>>()
  /** Everything it has ever received. */
  received = ''
  readonly #ca: string

  private constructor(ca: string) {
    this.#ca = ca
  }

  static async open(relay: StartedRelay, user?: { readonly name: string; readonly password: string }): Promise<Terminal> {
    const terminal = new Terminal(relay.certificateAuthority.pem())
    if (user === undefined) return terminal
    const { token } = await signInWholly(relay.identity, { ...user, address: '127.0.0.1', agent: 'test' })
    terminal.setCookie(new URL(relay.portalUrl).host, 'login-relay', token)
    return terminal
  }

  setCookie(host: string, name: string, value: string): void {
    const jar = this.cookies.get(host) ?? new Map<string, string>()
    this.cookies.set(host, jar.set(name, value))
  }

  /** A person goes there. */
  visit(url: string, ask: Ask = {}): Promise<Answer> {
    return this.fetch(url, { ...ask, headers: { ...navigation, ...ask.headers } })
  }

  async fetch(url: string, ask: Ask = {}): Promise<Answer> {
    const hops: string[] = []
    let at = url
    for (;;) {
      const answer = await this.#once(at, hops.length === 0 ? ask : { ...ask, method: 'GET' })
      const { location } = answer.headers
      if (ask.follow === false || location === undefined || answer.status < 300 || answer.status > 399) return { ...answer, hops }
      hops.push(at)
      if (hops.length > 20) throw new Error(`too many redirects: ${hops.join(' ')}`)
      at = new URL(location, at).href
    }
  }

  /** A request whose answer is read by the caller. */
  open(url: string, { method = 'GET', headers = {} }: Ask = {}): ClientRequest {
    const { protocol, host, hostname, port, pathname, search } = new URL(url)
    const cookie = [...(this.cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
    const options = {
      host: '127.0.0.1',
      port,
      method,
      path: pathname + search,
      agent: false as const,
      headers: { host, ...headers, ...(cookie === '' ? {} : { cookie: [cookie, headers.cookie].filter(Boolean).join('; ') }) },
    }
    return protocol === 'https:' ? httpsRequest({ ...options, ca: this.#ca, servername: hostname }) : httpRequest(options)
  }

  #once(url: string, ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.open(url, ask)
      request.on('error', reject).on('response', (response) => {
        const chunks: Buffer[] = []
        for (const line of response.headers['set-cookie'] ?? []) this.#take(new URL(url).host, line)
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('error', reject)
          .on('end', () => {
            const body = Buffer.concat(chunks).toString('latin1')
            this.received += `${response.rawHeaders.join('\n')}\n${body}\n`
            resolve({ url, status: response.statusCode as number, headers: response.headers, body, hops: [] })
          })
      })
      request.end(ask.body)
    })
  }

  #take(host: string, line: string): void {
    const [, name = '', value = ''] = /^([^=;]*)=([^;]*)/.exec(line) ?? []
    if (/;\s*max-age=0/i.test(line)) this.cookies.get(host)?.delete(name)
    else this.setCookie(host, name, value)
  }
}
