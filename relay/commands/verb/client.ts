import { readFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { loadAdminToken } from '../../admin-token.ts'
import { catalogue, type ErrorCode, RelayError } from '../../errors.ts'
import type { RunningRelay } from '../../running.ts'
import type { Settings } from './settings.ts'
import { findServer, tellUnless, whenFree } from './when-free.ts'

/** Speaks the relay's HTTP API as the local administrator. */
export interface RelayClient {
  /** True: a server runs; false: this command has started a relay for itself. */
  readonly running: RunningRelay | undefined
  /** The JSON answer; problems become RelayErrors. Undefined for 204. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>
  /** The body of an answer as it comes. */
  open(method: string, path: string, body?: unknown): Promise<Readable>
  close(): Promise<void>
}

/** The running relay of this data directory, or one started for this command alone. `json`: nothing but JSON is for its caller. */
export function connect(settings: Settings, json?: boolean): Promise<RelayClient> {
  return whenFree(settings.folder, () => startOwn(settings), {
    served: async (running) => client(running.portal, await loadAdminToken(settings.folder), running, await pinnedCertificate(settings), async () => {}),
    tell: tellUnless(json),
  })
}

async function startOwn(settings: Settings): Promise<RelayClient> {
  // The whole house takes a while to load: only where no server has it loaded already.
  const { createRelay } = await import('../../app.ts')
  const relay = await createRelay({ config: quiet(settings.config), folder: settings.folder, env: process.env, listen: 'local' })
  await relay.start()
  return client(`http://${relay.portal.address}`, relay.adminToken, undefined, undefined, () => relay.stop())
}

/** The running relay only: for what makes no sense without one. */
export async function connectRunning(settings: Settings): Promise<RelayClient & { readonly running: RunningRelay }> {
  const running = await findServer(settings.folder)
  if (running === undefined) throw new RelayError('relay_not_running')
  const connected = client(running.portal, await loadAdminToken(settings.folder), running, await pinnedCertificate(settings), async () => {})
  return { ...connected, running }
}

function client(base: string, token: string, running: RunningRelay | undefined, certificate: string | undefined, close: () => Promise<void>): RelayClient {
  const headers = { authorization: `Bearer ${token}` }
  return {
    running,
    close,
    call: async <T>(method: string, path: string, body?: unknown) => (await readJson(await send({ base, method, path, headers, body, certificate }))) as T,
    open: async (method, path, body) => send({ base, method, path, headers, body, certificate }),
  }
}

export interface ApiRequest {
  /** Scheme, host and port of the portal. */
  readonly base: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  /** The portal's own certificate, when it is known: nothing else is trusted then. */
  readonly certificate?: string | undefined
}

/** One request to a portal; an answer of 400 and above becomes a RelayError. */
export async function send({ base, method, path, headers, body, certificate }: ApiRequest): Promise<Readable & { statusCode?: number }> {
  const url = new URL(path, base)
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method,
    agent: false,
    headers: {
      accept: 'application/json',
      ...headers,
      ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
    },
    // The portal is known by its very certificate, whatever name it bears.
    ...(certificate === undefined ? {} : { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined }),
  })
  const response = await new Promise<Readable & { statusCode?: number }>((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', (cause) => reject(new RelayError('relay_not_running', { cause, detail: `no answer from ${url.origin}` })))
    request.end(payload)
  })
  if ((response.statusCode ?? 500) < 400) return response
  throw asProblem(await readJson(response).catch(() => undefined))
}

export async function readJson(stream: Readable): Promise<unknown> {
  const text = await readText(stream)
  return text === '' ? undefined : JSON.parse(text)
}

export async function readText(stream: Readable): Promise<string> {
  return (await readBytes(stream)).toString()
}

export async function readBytes(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The relay's own words, kept, from an answer or a report: it filled in what the catalogue leaves open. */
export function asProblem(body: unknown): RelayError {
  const { code, text, title = text, next, url } = (body ?? {}) as { code?: string; text?: string; title?: string; next?: string; url?: string }
  if (code === undefined || !Object.hasOwn(catalogue, code)) return new RelayError('internal', { detail: 'the relay answered without saying why' })
  const error = new RelayError(code as ErrorCode, url === undefined ? {} : { url })
  return Object.assign(error, { message: title ?? error.message, next: next ?? error.next })
}

async function pinnedCertificate({ config }: Settings): Promise<string | undefined> {
  return config.portal.certificate === undefined ? undefined : readFile(config.portal.certificate, 'utf8')
}

/** A relay that a command starts for itself tells only what goes wrong. */
export function quiet(config: Settings['config']): Settings['config'] {
  return { ...config, log: { ...config.log, level: 'error', access: 'off' } }
}
