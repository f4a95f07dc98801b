import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface ProxyAccess {
  readonly host: string
  readonly port: number
  /** The Proxy-Authorization value. */
  readonly authorization: string
}

export interface TunnelTo {
  /** HOST:PORT. */
  readonly authority: string
  readonly ca: string
}

/** A connection to the proxy. */
export async function dialProxy({ host, port }: ProxyAccess): Promise<Socket> {
  const socket = connectTcp({ host, port, noDelay: true })
  await once(socket, 'connect')
  return socket.on('error', () => {})
}

/** A tunnel through the proxy, with nothing in it yet. */
export async function dialConnect(access: ProxyAccess, authority: string): Promise<Socket> {
  const socket = await dialProxy(access)
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: ${access.authorization}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  if (!answer.toString().startsWith('HTTP/1.1 200 ')) throw new Error(answer.toString())
  return socket
}

/** TLS inside a tunnel through the proxy; verified against the relay's CA alone. */
export async function dialTunnel(access: ProxyAccess, { authority, ca }: TunnelTo): Promise<Socket> {
  const socket = await dialConnect(access, authority)
  const servername = authority.slice(0, authority.lastIndexOf(':'))
  const secure = connectTls({ socket, ca, servername, ALPNProtocols: ['http/1.1'] })
  await once(secure, 'secureConnect')
  return secure.on('error', () => {})
}

/** Everything that comes until the other side ends, `until` is met, or `ms` pass. */
export function readAll(
  socket: Socket,
  { until, ms = 30_000 }: { until?: (text: string) => boolean; ms?: number } = {},
): Promise<{ text: string; ended: boolean }> {
  return new Promise((resolve) => {
    let text = ''
    const settle = (ended: boolean): void => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose)
      socket.destroy()
      resolve({ text, ended })
    }
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      if (until?.(text) === true) settle(false)
    }
    const onClose = (): void => settle(true)
    const timer = setTimeout(() => settle(false), ms)
    socket.on('data', onData).on('close', onClose)
    if (socket.destroyed) settle(true)
  })
}

/** What has come so far, latin1. */
export function collect(socket: Socket): () => string {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  return () => text
}

/** Answers in a text, whole ones with Content-Length or without a body. */
export function answersIn(text: string): { status: number; head: string; body: string }[] {
  const answers = []
  let rest = text
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(rest)?.[1]
    if (end < 0 || status === undefined) return answers
    const head = rest.slice(0, end)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    answers.push({ status: Number(status), head, body: rest.slice(end + 4, end + 4 + length) })
    rest = rest.slice(end + 4 + length)
  }
}
