import { request } from 'node:http'
import type { Socket } from 'node:net'
import { failed, nameOf, type UpstreamProxy } from './upstream-proxy.ts'

/** Asks an HTTP proxy for a tunnel (RFC 9110 section 9.3.6) on a connection to it. `target`: a name, or an address without brackets. */
export function connectByHttp(
  socket: Socket,
  proxy: UpstreamProxy,
  { target, port, signal }: { readonly target: string; readonly port: number; readonly signal: AbortSignal },
): Promise<Socket> {
  const authority = `${target.includes(':') ? `[${target}]` : target}:${port}`
  const { credentials } = proxy
  const basic = credentials && Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      socket.destroy()
      reject(signal.aborted ? signal.reason : failed(nameOf(proxy), reason, cause))
    }
    const connect = request({
      method: 'CONNECT',
      path: authority,
      headers: { Host: authority, ...(basic === undefined ? {} : { 'Proxy-Authorization': `Basic ${basic}` }) },
      createConnection: () => socket,
      insecureHTTPParser: false,
      signal,
    })
    connect
      .on('error', (cause) => fail('it broke off', cause))
      .on('response', (answer) => fail(`it answered ${answer.statusCode}`))
      .on('connect', ({ statusCode = 0 }, _socket, first) => {
        if (statusCode === 407) return fail('it wants other credentials')
        if (statusCode < 200 || statusCode > 299) return fail(`it answered ${statusCode}`)
        if (first.length > 0) socket.unshift(first)
        resolve(socket)
      })
      .end()
  })
}
