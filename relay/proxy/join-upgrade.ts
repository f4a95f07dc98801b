import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { via } from './request-head.ts'
import type { ResponseHead } from './response-head.ts'
import { joinTunnel } from './tunnel.ts'

/** Answers 101 with the site's fields and joins the two connections. `res` was the client's until now. */
export function joinUpgrade(head: ResponseHead, client: { socket: Duplex; first: Buffer }, upstream: Duplex, res: ServerResponse): void {
  const { socket, first } = client
  res.detachSocket(socket as Socket)
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket', `Via: ${via}`]
  for (let i = 0; i < head.fields.length; i += 2) lines.push(`${head.fields[i]}: ${head.fields[i + 1]}`)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  if (first.length > 0) upstream.write(first)
  joinTunnel(socket, upstream)
}
