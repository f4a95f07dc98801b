import 'reflect-metadata'
import { once } from 'node:events'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Test } from 'tap'
import { createTestAuthority, type TestAuthority } from '../outbound/certificates.ts'

/** A request as the origin read it, byte by byte, with a reader that knows nothing of Node's parser. */
export interface SeenRequest {
  readonly connection: number
  readonly method: string
  readonly target: string
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Latin1. To a function that takes the socket: what of it came with the head, as it came. */
  body: string
  field(name: string): string | undefined
}

type Answer = string | Buffer | ((socket: Socket, request: SeenRequest) => void)

export interface RecordingOrigin {
  /** https://site.test:PORT or http://... */
  readonly origin: string
  readonly host: string
  readonly port: number
  /** The private CA of an https origin. */
  readonly ca: string | undefined
  /** Requests other than those of the sign-in. */
  readonly requests: SeenRequest[]
  /** What could not be read as a request. */
  readonly broken: string[]
  /** Sign-ins so far. */
  readonly signIns: () => number
  /** Every session so far is over: its requests are led to the login page. */
  expire(): void
  /** Answers this path as said. A function takes the socket as soon as the head has come. */
  on(path: string, answer: Answer): void
  readonly sockets: ReadonlySet<Socket>
}

export interface OriginOptions {
  readonly scheme?: 'http' | 'https'
  readonly host?: string
  /** Several origins of one site share it. */
  readonly authority?: TestAuthority
  /** Set-Cookie values of a sign-in, of which this is the so many-th. Default: a `sid` that no script sees. */
  readonly signInCookies?: (signIn: number) => readonly string[]
}

const form = '<form method="post" action="/login"><input name="user"><input type="password" name="password"><button>Sign in</button></form>'

/** A business server on raw sockets: a login form, a session cookie `sid`, and a record of every request that comes. Until the test ends. */
export async function startRecordingOrigin(
  t: Test,
  { scheme = 'https', host = 'site.test', signInCookies = (signIn) => [`sid=${signIn}; Path=/; HttpOnly`], ...options }: OriginOptions = {},
): Promise<RecordingOrigin> {
  const authority = scheme === 'https' ? (options.authority ?? (await createTestAuthority())) : undefined
  const leaf = await authority?.issue(host)
  const requests: SeenRequest[] = []
  const broken: string[] = []
  const routes = new Map<string, Answer>()
  const sockets = new Set<Socket>()
  let connections = 0
  let signIns = 0
  let firstValid = 1

  const serve = (socket: Socket): void => {
    const connection = ++connections
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.setNoDelay(true)
    const reader = createReader(connection, {
      onHead: (request) => {
        if (!isSignIn(request)) requests.push(request)
        const answer = routes.get(pathOf(request))
        if (typeof answer !== 'function') return false
        answer(socket, request)
        return true
      },
      onRequest: (request) => socket.write(answerTo(request)),
      onBroken: (text) => {
        broken.push(text)
        socket.destroy()
      },
    })
    socket.on('data', reader)
  }

  const answerTo = (request: SeenRequest): string | Buffer => {
    const path = pathOf(request)
    if (path === '/login' && request.method === 'GET') return page(form)
    if (path === '/login')
      return seeOther(
        '/home',
        signInCookies(++signIns)
          .map((line) => `Set-Cookie: ${line}`)
          .join('\r\n'),
      )
    const sid = Number(/(?:^|; )sid=(\d+)/.exec(request.field('cookie') ?? '')?.[1])
    if (!(sid >= firstValid)) return seeOther('/login')
    const route = routes.get(path)
    return route === undefined || typeof route === 'function' ? page(`${request.method} ${request.target} ${request.body.length}`) : route
  }

  const server = leaf === undefined ? createTcpServer(serve) : createTlsServer({ cert: leaf.cert, key: leaf.key }, serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = server.address() as { port: number }
  return {
    origin: `${scheme}://${host}:${port}`,
    host: `${host}:${port}`,
    port,
    ca: authority?.cert,
    requests,
    broken,
    sockets,
    signIns: () => signIns,
    expire: () => {
      firstValid = signIns + 1
    },
    on: (path, answer) => void routes.set(path, answer),
  }
}

export function page(body: string, fields = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n${fields}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

function seeOther(location: string, field?: string): string {
  return `HTTP/1.1 302 Found\r\nLocation: ${location}\r\n${field === undefined ? '' : `${field}\r\n`}Content-Length: 0\r\n\r\n`
}

function pathOf({ target }: SeenRequest): string {
  return target.split('?')[0] as string
}

/** What the relay asks in its own name: only what it passes on has been through a proxy. */
function isSignIn(request: SeenRequest): boolean {
  return request.field('via') === undefined && ['/', '/login', '/home'].includes(pathOf(request))
}

interface ReaderEvents {
  /** True: what follows on this connection is not read as requests. */
  onHead(request: SeenRequest): boolean
  onRequest(request: SeenRequest): void
  onBroken(text: string): void
}

/** Reads requests strictly: one framing, CRLF everywhere, no guess. */
function createReader(connection: number, events: ReaderEvents): (chunk: Buffer) => void {
  let text = ''
  let request: SeenRequest | undefined
  let taken = false
  const read = (): boolean => {
    if (request === undefined) {
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return false
      request = readHead(connection, text.slice(0, end))
      text = text.slice(end + 4)
      if (request === undefined) throw new Error('not a request')
      request.body = text
      if (events.onHead(request)) {
        taken = true
        return false
      }
    }
    const body = readBody(request, text)
    if (body === undefined) return false
    request.body = body.body
    text = text.slice(body.length)
    events.onRequest(request)
    request = undefined
    return text !== ''
  }
  return (chunk) => {
    if (taken) return
    text += chunk.toString('latin1')
    try {
      while (read());
    } catch {
      taken = true
      events.onBroken(text)
    }
  }
}

function readHead(connection: number, head: string): SeenRequest | undefined {
  const [line = '', ...lines] = head.split('\r\n')
  const start = /^([A-Z-]+) (\/\S*) HTTP\/1\.1$/.exec(line)
  const fields = lines.map((one) => /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([^\r\n\0]*)$/.exec(one))
  if (start === null || fields.includes(null)) return undefined
  const pairs = (fields as RegExpExecArray[]).map(([, name = '', value = '']) => [name.toLowerCase(), value] as const)
  const count = (name: string): number => pairs.filter(([one]) => one === name).length
  if (count('host') !== 1 || count('content-length') + count('transfer-encoding') > 1) return undefined
  return {
    connection,
    method: start[1] as string,
    target: start[2] as string,
    fields: pairs,
    body: '',
    field: (name) => pairs.find(([one]) => one === name)?.[1],
  }
}

function readBody(request: SeenRequest, text: string): { body: string; length: number } | undefined {
  const coding = request.field('transfer-encoding')
  if (coding !== undefined) return coding === 'chunked' ? readChunks(text) : fail()
  const length = request.field('content-length') ?? '0'
  if (!/^\d+$/.test(length)) return fail()
  return text.length < Number(length) ? undefined : { body: text.slice(0, Number(length)), length: Number(length) }
}

function readChunks(text: string): { body: string; length: number } | undefined {
  let at = 0
  let body = ''
  for (;;) {
    const end = text.indexOf('\r\n', at)
    if (end < 0) return undefined
    const size = text.slice(at, end)
    if (!/^[0-9a-fA-F]{1,8}$/.test(size)) return fail()
    const length = Number.parseInt(size, 16)
    if (text.length < end + 2 + length + 2) return undefined
    if (text.slice(end + 2 + length, end + 4 + length) !== '\r\n') return fail()
    body += text.slice(end + 2, end + 2 + length)
    at = end + 4 + length
    if (length === 0) return { body, length: at }
  }
}

function fail(): never {
  throw new Error('not a body')
}
