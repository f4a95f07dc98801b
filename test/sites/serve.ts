import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** What every sample server takes: HTTPS with this certificate (PEM), and the host in its address where a resolver leads it to loopback. */
export interface SiteOptions {
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly host?: string
}

export interface BusinessSite {
  /** Its login page. */
  readonly url: string
  readonly origin: string
  /** Every request it received. */
  readonly requests: readonly ReceivedRequest[]
  stop(): Promise<void>
}

export interface ReceivedRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  readonly cookies: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
}

/** Answers a request; with `undefined` it has written to the response itself. */
export type Respond = (request: ReceivedRequest, response: ServerResponse) => Answer | undefined | Promise<Answer | undefined>

/** A server on a free port of loopback that records what it receives. */
export async function serve(respond: Respond, { tls, host = '127.0.0.1' }: SiteOptions = {}): Promise<BusinessSite> {
  const requests: ReceivedRequest[] = []
  const listener: RequestListener = async (incoming, response) => {
    response.on('error', () => {})
    const request = await receive(incoming)
    requests.push(request)
    const answer = await respond(request, response)
    if (answer === undefined) return
    const { status = 200, headers = {}, body = '' } = answer
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers } as Record<string, string | string[]>)
    response.end(body)
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  // On a machine that has other work a second can be ten: within Node's five a request would meet the end of its connection.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `${tls === undefined ? 'http' : 'https'}://${host}:${(server.address() as AddressInfo).port}`
  return {
    url: `${origin}/login`,
    origin,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A redirect with 303 See Other. */
export function seeOther(location: string, setCookies: readonly string[] = []): Answer {
  return { status: 303, headers: { location, ...(setCookies.length === 0 ? {} : { 'set-cookie': setCookies }) } }
}

export function formOf({ body }: ReceivedRequest): URLSearchParams {
  return new URLSearchParams(body.toString())
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
  } catch {
    // The client went away in the middle: what came is recorded.
  }
  const { method = '', url: path = '', headers } = incoming
  return { method, path, headers, body: Buffer.concat(chunks), cookies: cookiesOf(headers.cookie ?? '') }
}

function cookiesOf(header: string): Record<string, string> {
  const pairs = header.split(/; */).filter((pair) => pair !== '')
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}
