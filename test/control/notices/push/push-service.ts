import { createECDH, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import ece from 'http_ece'
import { importJWK, jwtVerify } from 'jose'
import type { Test } from 'tap'
import type { NewBrowser } from '../../../../relay/control/notices/index.ts'

/** What the relay says to a browser, as the worker of the portal reads it. */
export interface Shown {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly at: number
}

export interface ReceivedPush {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** How it answers: with a status, and fields where it has some. */
export type Answer = number | { readonly status: number; readonly headers: Readonly<Record<string, string>> }

export interface PushService {
  readonly origin: string
  readonly pushes: readonly ReceivedPush[]
  /** It answers 503 for so long. */
  isDown: boolean
  /** It takes what comes and does not answer. */
  isSilent: boolean
  /** A browser that has subscribed here. */
  subscribe(name?: string, groups?: NewBrowser['groups']): SubscribedBrowser
}

export interface SubscribedBrowser extends NewBrowser {
  /** What came for it and opens with its keys, in order. */
  readonly shown: () => Shown[]
  /** As the browser decrypts it; throws where it cannot. */
  decrypt(body: Buffer): Buffer
}

/** A push service on this machine (RFC 8030), over plain HTTP; `answers`: these first, then 201. */
export async function startPushService(t: Test, answers: readonly Answer[] = []): Promise<PushService> {
  const pushes: ReceivedPush[] = []
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    pushes.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) })
    if (service.isSilent) return
    const answer = service.isDown ? 503 : (answers[pushes.length - 1] ?? 201)
    const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer
    response.writeHead(status, { location: `/message/${pushes.length}`, ...headers }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close().closeAllConnections())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const subscribe = (name = 'Chrome on Linux', groups: NewBrowser['groups'] = ['use', 'attention', 'door']) => {
    const path = `/push/${randomBytes(12).toString('base64url')}`
    const keys = browserKeys()
    const mine = () => pushes.filter((one) => one.path === path)
    const shown = () => mine().map(({ body }) => JSON.parse(keys.decrypt(body).toString()) as Shown)
    return { endpoint: origin + path, p256dh: keys.p256dh, auth: keys.auth, name, groups, shown, decrypt: keys.decrypt }
  }
  const service: PushService = { origin, pushes, subscribe, isDown: false, isSilent: false }
  return service
}

/** The keys of a browser's subscription, and what opens with them. */
export function browserKeys() {
  const privateKey = createECDH('prime256v1')
  const p256dh = privateKey.generateKeys('base64url')
  const authSecret = randomBytes(16)
  const decrypt = (body: Buffer) => ece.decrypt(body, { version: 'aes128gcm', privateKey, authSecret })
  return { p256dh, auth: authSecret.toString('base64url'), decrypt }
}

/** Checks who sent it, as a push service does (RFC 8292): the token is good for this service and now, by the key beside it. Gives its claims and that key. */
export async function verifySender({ headers }: ReceivedPush, origin: string) {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? []
  const point = Buffer.from(key, 'base64url')
  const coordinates = { x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }
  const publicKey = await importJWK({ kty: 'EC', crv: 'P-256', ...coordinates }, 'ES256')
  const { payload } = await jwtVerify(token, publicKey, { audience: origin, algorithms: ['ES256'], requiredClaims: ['exp', 'sub'] })
  return { claims: payload, key }
}
