import type { Socket } from 'node:net'
import type { RelayError } from '../errors.ts'
import { joinAddress, splitAddress } from '../listening.ts'
import { pacFile } from '../pac-file.ts'
import { sameSecret } from '../same-secret.ts'
import type { FirstHead } from './first-head.ts'

export interface LocalFacts {
  /** HOST:PORT this program listens at. */
  readonly address: string
  /** The hosts of enrolled sites. */
  readonly hosts: () => readonly string[]
  /** Who may ask for the state: who can read the folder. */
  readonly token: string
  readonly state: () => unknown
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** `GET /proxy.pac` for browsers, `GET /status` for `connect status`; nothing else, and neither for a page. */
export function answerLocal(socket: Socket, head: FirstHead, facts: LocalFacts): void {
  respond(socket, localAnswer(head, facts))
}

function localAnswer({ method, target, fields }: FirstHead, facts: LocalFacts): Answer {
  if (!isOwnName(fields.get('host'), facts.address)) return text(403, 'This name is not one of this program.')
  // A page's request says so. Browsers fetch PAC files themselves.
  if (fields.has('origin') || !isOwnFetch(fields.get('sec-fetch-site'))) return text(403, 'No page asks this program.')
  if (method !== 'GET') return text(405, 'GET alone.')
  switch (target) {
    case '/proxy.pac':
      return { status: 200, type: 'application/x-ns-proxy-autoconfig', body: pacFile(facts.hosts(), `PROXY ${facts.address}`) }
    case '/status':
      if (!sameSecret(fields.get('authorization') ?? '', `Bearer ${facts.token}`)) return text(401, 'The state is told to `login-relay connect status`.')
      return { status: 200, type: 'application/json', body: JSON.stringify(facts.state()) }
    default:
      return text(404, `This is a proxy: a browser uses it by http://${facts.address}/proxy.pac`)
  }
}

function text(status: number, line: string): Answer {
  return { status, type: 'text/plain', body: `${line}\n` }
}

/** A client of the proxy that cannot be led on. */
export function answerError(socket: Socket, error: RelayError): void {
  const status = error.status === 502 ? 502 : 503
  respond(socket, { status, type: 'application/problem+json', body: JSON.stringify(error.toProblem()) }, `Login-Relay-Error: ${error.code}\r\n`)
}

function respond(socket: Socket, { status, type, body }: Answer, fields = ''): void {
  const length = Buffer.byteLength(body)
  const rest = 'Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n'
  socket.end(`HTTP/1.1 ${status} ${words[status]}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${rest}${fields}\r\n${body}`)
}

const words: Readonly<Record<number, string>> = {
  200: 'OK',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

/** A page of another name whose DNS answer was turned to this machine is not answered. */
function isOwnName(host: string | undefined, address: string): boolean {
  const { port } = splitAddress(address)
  return host === address || ['localhost', '127.0.0.1', '::1'].some((name) => host === joinAddress(name, port))
}

function isOwnFetch(site: string | undefined): boolean {
  return site === undefined || site === 'none' || site === 'same-origin'
}
