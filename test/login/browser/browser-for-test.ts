import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { createBrowser, type WindowlessBrowser } from '../../../relay/login/browser/index.ts'
import { createOutbound } from '../../../relay/outbound/index.ts'
import { Secret } from '../../../relay/vault/index.ts'
import { openSecret } from '../../../relay/vault/open-secret.ts'

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface Origin {
  /** The origin of `host`, by default of site.test, on this server's port. */
  at(host?: string): string
  readonly seen: SeenRequest[]
}

/** A real server that answers with what `answer` writes, and notes every request with its body. */
export async function startOrigin(
  t: Test,
  answer: (request: SeenRequest, response: ServerResponse) => void,
  { tls }: { readonly tls?: { readonly cert: string; readonly key: string } } = {},
): Promise<Origin> {
  const seen: SeenRequest[] = []
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = request
    const noted = { method, url, headers, body: Buffer.concat(chunks) }
    seen.push(noted)
    answer(noted, response)
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { seen, at: (host = 'site.test') => `${tls === undefined ? 'http' : 'https'}://${host}:${port}` }
}

/** A browser whose every host leads to this machine, allowed to open these origins. */
export function browserFor(
  t: Test,
  origins: readonly string[],
  limits: { pageBytes?: number; redirects?: number; pages?: number } = {},
  { ca, signal = AbortSignal.timeout(90_000) }: { ca?: string; signal?: AbortSignal } = {},
): WindowlessBrowser {
  const outbound = createOutbound({ openSecret, lookup: async () => ['127.0.0.1'] })
  t.teardown(() => outbound.stop())
  const agent = outbound.agent({ id: 'test', origins, networks: ['loopback'], ...(ca === undefined ? {} : { ca }) })
  return createBrowser({ agent, limits: { pageBytes: 1_000_000, redirects: 20, pages: 60, ...limits }, signal })
}

export function secretFor(value: string, origins: readonly string[]): Secret {
  return new Secret(value, { account: 'a', field: 'password', origins })
}

export function html(response: ServerResponse, page: string | Buffer, type = 'text/html; charset=utf-8'): void {
  response.setHeader('content-type', type)
  response.end(page)
}
