import { token } from '../../outbound/index.ts'
import { type RequestHead, readRequestHead } from '../../traffic/index.ts'

/** The head of a stream's request. */
export interface StreamHead {
  readonly head: RequestHead
  /** Path and query. */
  readonly path: string
  /** An extended CONNECT for a WebSocket (RFC 8441 section 4). */
  readonly isWebSocket: boolean
}

const pseudoFields = new Set([':method', ':scheme', ':authority', ':path', ':protocol'])
// RFC 9113 8.2.2: what belongs to a connection of HTTP/1.1 makes a message malformed.
const ofConnections = new Set(['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'http2-settings'])
/** Nothing that would end the line or the word when it is written as HTTP/1.1. */
const writablePath = /^\/[\x21-\x7e\x80-\xff]*$/

/**
 * Reads a header section of HTTP/2 or says why it is refused (RFC 9113 section 8). What goes to the site is written anew as HTTP/1.1:
 * nothing may pass here that would be read as more than one message there (section 10.3).
 *
 * `endsWithHead`: no content follows.
 */
export function readStreamHead(raw: readonly string[], endsWithHead: boolean): StreamHead | string {
  const parts = separate(raw)
  if (typeof parts === 'string') return parts
  const { pseudo, fields, host } = parts
  const isWebSocket = pseudo.get(':protocol') === 'websocket'
  const refusal = refuseMethod(pseudo.get(':method'), pseudo.get(':protocol'))
  if (refusal !== undefined) return refusal
  if (pseudo.get(':scheme') !== 'https') return 'its scheme is not that of the tunnel'
  const path = pseudo.get(':path')
  if (path === undefined || !writablePath.test(path)) return 'its path cannot be written as HTTP/1.1'
  const authority = pseudo.get(':authority') ?? host
  if (authority === undefined) return 'it names no host'
  // RFC 9113 8.3.1: where both are there, they name the same.
  if (host !== undefined && host !== authority) return 'its :authority and its Host field name different hosts'
  const head = readRequestHead([...fields, 'Host', authority], 'h2')
  if (typeof head === 'string') return head
  // Without a length it is passed on in chunks.
  const isOpenEnded = !endsWithHead && !isWebSocket && head.contentLength === undefined
  return { head: isOpenEnded ? { ...head, chunked: true } : head, path, isWebSocket }
}

interface Parts {
  readonly pseudo: ReadonlyMap<string, string>
  readonly fields: readonly string[]
  readonly host: string | undefined
}

function separate(raw: readonly string[]): Parts | string {
  const pseudo = new Map<string, string>()
  const fields: string[] = []
  let host: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    if (name.startsWith(':')) {
      if (!pseudoFields.has(name) || pseudo.has(name) || fields.length > 0 || host !== undefined) return 'its pseudo-header fields are not in order'
      pseudo.set(name, value)
    } else if (ofConnections.has(name) || (name === 'te' && value.toLowerCase() !== 'trailers')) {
      return `the field ${name} has no place in HTTP/2`
    } else if (name === 'host') {
      if (host !== undefined) return 'it has several Host fields'
      host = value
    } else if (!token.test(name) || /[\r\n\0]/.test(value)) {
      return 'a field cannot be written as HTTP/1.1'
    } else {
      fields.push(name, value)
    }
  }
  return { pseudo, fields, host }
}

function refuseMethod(method: string | undefined, protocol: string | undefined): string | undefined {
  if (method === undefined || !token.test(method)) return 'it has no method'
  // RFC 9110 9.3.8: the answer to TRACE shows the request, and so the session that the relay attaches.
  if (method === 'TRACE') return 'TRACE would show what the relay adds'
  if (method === 'CONNECT' && protocol !== 'websocket') return 'CONNECT inside a tunnel'
  if (method !== 'CONNECT' && protocol !== undefined) return 'a protocol is asked for by CONNECT only'
  return undefined
}
