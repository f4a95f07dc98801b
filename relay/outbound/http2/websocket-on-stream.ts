import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ForwardResponse } from '../contract.ts'
import type { WrittenRequest } from './write-head.ts'

/** A WebSocket's request as a stream asks for it (RFC 8441 section 5): by CONNECT, and without a key. */
export function askForWebSocket({ path, headers }: WrittenRequest): WrittenRequest {
  return { method: 'CONNECT', path, headers: headers.filter((_, i) => (headers[i & ~1] as string).toLowerCase() !== 'sec-websocket-key') }
}

/** The site's agreement as HTTP/1.1 says it (RFC 6455 section 4.2.2), with the proof of the key that was `asked` with. */
export function agreedWebSocket(fields: readonly string[], asked: readonly string[]): ForwardResponse {
  const keyAt = asked.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'sec-websocket-key')
  const headers = [...fields, 'Sec-WebSocket-Accept', webSocketProof(asked[keyAt + 1] as string)]
  return { status: 101, statusText: 'Switching Protocols', headers, body: Readable.from([]), trailers: () => [] }
}

/** What a server proves with that it has read the key of a WebSocket's request (RFC 6455 section 4.2.2). */
export function webSocketProof(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}
