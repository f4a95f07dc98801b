import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ResponseHead } from '../answers/response-head.ts'
import type { Tally } from '../counted/tally.ts'
import { via } from '../requests/request-head.ts'
import { joinTunnel } from './tunnel.ts'
import type { CutReason } from './under-way.ts'
import { closeFrame, FrameFollower } from './websocket-frames.ts'

/** A client that asks for a WebSocket. */
export interface ClientUpgrade {
  /** What it speaks the WebSocket on. */
  readonly socket: Duplex
  /** What came after the request's head. */
  readonly first: Buffer
  /** Tells the client that the site agreed; false: the site's answer is not one that agrees. */
  accept(head: ResponseHead): boolean
}

/** A WebSocket's close codes (RFC 6455 section 7.4): 4401 and 4403 are the relay's own, told in docs/terminals.md. */
const closeWords: Readonly<Record<CutReason, readonly [code: number, reason: string]>> = {
  ended: [4401, 'the session has ended'],
  unlent: [4403, 'your leave to use this account has ended'],
  stopping: [1001, 'the relay is being stopped'],
}

/** For the client to take the close frame; milliseconds. */
const closingTime = 500

/** A WebSocket under way. */
export interface JoinedUpgrade {
  /** Ends it at both sides. The client's page is told why, where the site's last frame has come whole. */
  close(reason: CutReason): void
}

/** What answers a request that asks for an upgrade until that is agreed on: node:http hands over the bare connection. Its end ends the connection. */
export function answerOnConnection(req: IncomingMessage, socket: Duplex): ServerResponse {
  const res = new ServerResponse(req)
  res.shouldKeepAlive = false
  res.assignSocket(socket as Socket)
  return res.on('finish', () => socket.end())
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

/** Tells the client and joins the two connections. Undefined: the site has not agreed to what was asked. */
export function joinUpgrade(head: ResponseHead, client: ClientUpgrade, upstream: Duplex, tally: Tally): JoinedUpgrade | undefined {
  head.fields.push('Via', via)
  if (!client.accept(head)) return undefined
  if (client.first.length > 0) upstream.write(client.first)
  const follower = new FrameFollower()
  upstream.on('data', (chunk: Buffer) => {
    tally.bytes += chunk.length
    follower.follow(chunk)
  })
  const part = joinTunnel(client.socket, upstream)
  return {
    close(reason) {
      const { socket } = client
      // Nothing passes any more, either way: the site's connection, which is read no more, would not see its own end.
      part()
      socket.once('close', () => upstream.destroy())
      if (!follower.isBetweenFrames || !socket.writable) return void socket.destroy()
      const timer = setTimeout(() => socket.destroy(), closingTime)
      socket.on('close', () => clearTimeout(timer)).on('end', () => socket.destroy())
      socket.resume()
      socket.end(closeFrame(...closeWords[reason]))
    },
  }
}
