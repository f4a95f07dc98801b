import { RelayError } from '../../../errors.ts'
import type { AgentResponse, HttpAgent } from '../../../outbound/index.ts'
import type { CookieJar } from '../../cookies/index.ts'
import { discard } from './discard.ts'
import type { PageRequest } from './page-request.ts'
import { requestHeaders } from './request-headers.ts'

export interface BrowserLimits {
  /** The largest page or image, in bytes. */
  readonly pageBytes: number
  /** Redirects in a row. */
  readonly redirects: number
  /** Requests in all. */
  readonly pages: number
}

export interface Answer {
  readonly url: URL
  readonly status: number
  readonly headers: AgentResponse['headers']
  readonly bytes: Buffer
  readonly redirects: readonly URL[]
}

/** Sends requests, keeps cookies, follows redirects; stops at its limits. */
export class Navigator {
  readonly #agent: HttpAgent
  readonly #jar: CookieJar
  readonly #limits: BrowserLimits
  readonly #signal: AbortSignal
  #requests = 0

  constructor(options: { agent: HttpAgent; jar: CookieJar; limits: BrowserLimits; signal: AbortSignal }) {
    this.#agent = options.agent
    this.#jar = options.jar
    this.#limits = options.limits
    this.#signal = options.signal
  }

  /** `site_redirects`, `site_too_big`, and what the agent refuses or meets. */
  async fetch(first: PageRequest): Promise<Answer> {
    const redirects: URL[] = []
    let request = first
    let resend = false
    for (;;) {
      const response = await this.#send(request, resend)
      const location = redirectTarget(response)
      if (location === undefined)
        return {
          url: keepFragment(response.url, request.url),
          status: response.status,
          headers: response.headers,
          bytes: await this.#read(response),
          redirects,
        }
      await discard(response.body)
      this.checkRedirects(redirects.length, request.url)
      redirects.push(location)
      const next = redirected(request, response.status, location)
      resend = next.body !== undefined
      request = next
    }
  }

  /** `site_redirects` when this many were followed and one more is asked for. */
  checkRedirects(followed: number, at: URL): void {
    if (followed >= this.#limits.redirects) throw new RelayError('site_redirects', { params: { site: at.host } })
  }

  async #send(request: PageRequest, resend: boolean): Promise<AgentResponse> {
    const { method, url, query, body } = request
    if (!/^https?:$/.test(url.protocol))
      throw new RelayError('destination_refused', { params: { host: url.protocol, reason: 'only http and https are opened' } })
    this.#requests += 1
    if (this.#requests > this.#limits.pages) throw new RelayError('site_too_big', { params: { site: url.host, limit: `${this.#limits.pages} requests` } })
    const response = await this.#agent.send({
      method,
      url: withoutFragment(url),
      headers: requestHeaders(request, this.#jar.header(url)),
      ...(query === undefined || query.length === 0 ? {} : { query }),
      ...(body === undefined ? {} : { body }),
      ...(resend ? { resend: true as const } : {}),
      signal: this.#signal,
    })
    for (const [name, value] of response.headers) if (name.toLowerCase() === 'set-cookie') this.#jar.set(value, url)
    return response
  }

  /** Stops at the limit: what lies beyond is never held. */
  async #read({ body, url }: AgentResponse): Promise<Buffer> {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > this.#limits.pageBytes) {
        body.destroy()
        throw new RelayError('site_too_big', { params: { site: url.host, limit: `${this.#limits.pageBytes} bytes` } })
      }
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }
}

export function headerOf(headers: AgentResponse['headers'], name: string): string | undefined {
  return headers.find(([field]) => field.toLowerCase() === name)?.[1]
}

function redirectTarget({ status, headers, url }: AgentResponse): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined
  const location = headerOf(headers, 'location')
  if (location === undefined) return undefined
  // Bytes beyond ASCII go back as they came: legacy servers write them in the encoding of their pages.
  const text = location.replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
  const target = URL.parse(text, url.href)
  if (target === null) throw new RelayError('site_down', { params: { site: url.host, reason: 'it redirects to what is no address' } })
  return target
}

/** The next request (Fetch standard, HTTP-redirect fetch, steps 12 to 17). */
function redirected(request: PageRequest, status: number, location: URL): PageRequest {
  const target = keepFragment(location, request.url)
  const becomesGet = status === 303 || ((status === 301 || status === 302) && request.method === 'POST')
  const { method, contentType, body, accept, authorization, fields, referrer } = request
  const leftTwice = target.origin !== request.url.origin && request.url.origin !== (referrer ?? request.url).origin
  const kept = {
    url: target,
    // Fetch standard, main fetch, step 8: what another origin was told of it is all that is told from then on.
    ...(referrer === undefined ? {} : { referrer: target.origin === referrer.origin ? referrer : new URL('/', referrer) }),
    ...(leftTwice || request.isOriginHidden ? { isOriginHidden: true as const } : {}),
    ...(accept === undefined ? {} : { accept }),
    // Credentials of HTTP itself never follow to another origin.
    ...(authorization !== undefined && target.origin === request.url.origin ? { authorization } : {}),
    ...(fields !== undefined && target.origin === request.url.origin ? { fields } : {}),
  }
  if (becomesGet || method === 'GET') return { ...kept, method: 'GET' }
  return { ...kept, method, ...(contentType === undefined ? {} : { contentType }), ...(body === undefined ? {} : { body }) }
}

function withoutFragment(url: URL): URL {
  if (url.hash === '') return url
  const bare = new URL(url)
  bare.hash = ''
  return bare
}

function keepFragment(url: URL, before: URL): URL {
  if (url.hash !== '' || before.hash === '') return url
  const kept = new URL(url)
  kept.hash = before.hash
  return kept
}
