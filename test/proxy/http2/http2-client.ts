import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Test } from 'tap'
import { dialConnect, type ProxyAccess, type TunnelTo } from '../raw-client.ts'

/** TLS inside a tunnel through the proxy, with h2 agreed on. */
export async function dialHttp2(access: ProxyAccess, { authority, ca }: TunnelTo): Promise<TLSSocket> {
  const socket = await dialConnect(access, authority)
  const secure = connectTls({ socket, ca, servername: authority.slice(0, authority.lastIndexOf(':')), ALPNProtocols: ['h2', 'http/1.1'] })
  await once(secure, 'secureConnect')
  if (secure.alpnProtocol !== 'h2') throw new Error(`${secure.alpnProtocol} was agreed on`)
  return secure.on('error', () => {})
}

/** A client that speaks HTTP/2 through the proxy, until the test ends. */
export async function openHttp2(t: Test, access: ProxyAccess, to: TunnelTo): Promise<ClientHttp2Session> {
  const secure = await dialHttp2(access, to)
  const session = connect(`https://${to.authority}`, { createConnection: () => secure })
  session.on('error', () => {})
  t.teardown(() => session.destroy())
  await once(session, 'remoteSettings')
  return session
}

export interface StreamAnswer {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly trailers: IncomingHttpHeaders
  /** The stream's reset code; 0 when it ended in order. */
  readonly reset: number
}

export function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: Buffer): Promise<StreamAnswer> {
  const stream = session.request(headers, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return answerOf(stream)
}

export function answerOf(stream: ClientHttp2Stream): Promise<StreamAnswer> {
  return new Promise((resolve) => {
    let headers: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders = {}
    let body = ''
    stream
      .on('response', (given) => {
        headers = given
      })
      .on('trailers', (given) => {
        trailers = given
      })
      .on('data', (chunk: Buffer) => {
        body += chunk.toString('latin1')
      })
      .on('error', () => {})
      .on('close', () => resolve({ headers, body, trailers, reset: stream.rstCode ?? 0 }))
  })
}
