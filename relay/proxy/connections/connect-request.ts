import type { IncomingMessage } from 'node:http'
import { type Authority, type RequestHead, readAuthority, readRequestHead } from '../../traffic/index.ts'

export interface ConnectRequest {
  readonly authority: Authority
  readonly head: RequestHead
  /** The connection can take another request after a refusal. */
  readonly keepsOpen: boolean
}

/** Reads CONNECT (RFC 9110 9.3.6): authority-form with a port, no content, a Host that names the same host. A string says why it is refused. */
export function readConnect(req: IncomingMessage, first: Buffer): ConnectRequest | string {
  const head = readRequestHead(req.rawHeaders, req.httpVersion)
  if (typeof head === 'string') return head
  if (head.chunked || head.contentLength !== undefined) return 'CONNECT has no content'
  // No default: the port is part of the form.
  const authority = readAuthority(req.url as string, 0)
  if (authority === undefined) return 'the target of CONNECT is not HOST:PORT'
  const named = head.host === undefined ? authority : readAuthority(head.host, authority.port)
  if (named?.host !== authority.host) return 'its target and its Host field name different hosts'
  return { authority, head, keepsOpen: req.httpVersion === '1.1' && first.length === 0 && !/\bclose\b/i.test(req.headers.connection ?? '') }
}
