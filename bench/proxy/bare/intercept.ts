import 'reflect-metadata'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { createTestAuthority } from '../../../test/outbound/certificates.ts'
import { tellMemory } from '../../memory.ts'
import type { PeerReady } from '../peer-process.ts'

/** Where a tunnel leads. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** Takes each tunnel that is opened by CONNECT, its TLS ended with a certificate for its host. Tells its port when it listens, and its memory when asked. */
export async function intercept(take: (secure: TLSSocket, place: Place) => void): Promise<void> {
  const authority = await createTestAuthority()
  const contexts = new Map<string, Promise<SecureContext>>()
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }).on('connect', async ({ url = '' }, duplex) => {
    const socket = duplex as Socket
    open.add(socket.on('error', ignore).once('close', () => open.delete(socket)))
    const [host = '', port] = url.split(':')
    if (!contexts.has(host)) contexts.set(host, authority.issue(host).then(createSecureContext))
    const secureContext = (await contexts.get(host)) as SecureContext
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    take(new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] }).on('error', ignore), { host, port: Number(port) })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('disconnect', () => process.exit(0))
  tellMemory({ figures: () => ({ connections: open.size }) })
  process.send?.({ port: (server.address() as AddressInfo).port, ca: authority.cert } satisfies PeerReady)
}

function ignore(): void {}
