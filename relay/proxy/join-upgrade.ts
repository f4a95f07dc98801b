import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { via } from './request-head.ts'
import type { ResponseHead } from './response-head.ts'
import { joinTunnel } from './tunnel.ts'

/** A client that asks for a WebSocket. */
export interface ClientUpgrade {
  /** What it speaks the WebSocket on. */
  readonly socket: Duplex
  /** What came after the request's head. */
  readonly first: Buffer
  /** Tells the client that the site agreed; false: the site's answer is not one that agrees. */
  accept(head: ResponseHead): boolean
}

/** An upgrade of HTTP/1.1 (RFC 6455 section 4); the client checks the site's proof itself. */
export function upgradeOnConnection(socket: Duplex, first: Buffer, res: ServerResponse): ClientUpgrade {
  return {
    socket,
    first,
    accept({ fields }) {
      res.detachSocket(socket as Socket)
      const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket']
      for (let i = 0; i < fields.length; i += 2) lines.push(`${fields[i]}: ${fields[i + 1]}`)
      socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
      return true
    },
  }
}

/** Tells the client and joins the two connections. False: the site has not agreed to what was asked. */
export function joinUpgrade(head: ResponseHead, client: ClientUpgrade, upstream: Duplex): boolean {
  head.fields.push('Via', via)
  if (!client.accept(head)) return false
  if (client.first.length > 0) upstream.write(client.first)
  joinTunnel(client.socket, upstream)
  return true
}
