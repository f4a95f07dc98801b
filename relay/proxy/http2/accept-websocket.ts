import { randomBytes } from 'node:crypto'
import type { ServerHttp2Stream } from 'node:http2'
import { webSocketProof } from '../../outbound/index.ts'
import type { ClientUpgrade, RequestHead } from '../../traffic/index.ts'

const nothing = Buffer.alloc(0)

/**
 * A WebSocket asked for on a stream (RFC 8441 section 5): toward the site it is an upgrade of HTTP/1.1, whose key and its proof are
 * the relay's own.
 */
export function upgradeOnStream(stream: ServerHttp2Stream, head: RequestHead): ClientUpgrade {
  const key = randomBytes(16).toString('base64')
  head.fields.push('Sec-WebSocket-Key', key)
  return {
    socket: stream,
    first: nothing,
    accept({ fields }) {
      const proofAt = fields.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'sec-websocket-accept')
      if (proofAt < 0 || fields[proofAt + 1] !== webSocketProof(key)) return false
      fields.splice(proofAt, 2)
      try {
        stream.respond([':status', '200', ...fields.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text))])
      } catch {
        // What node:http2 does not write has no place in an answer; or the stream has just ended.
        return false
      }
      return true
    },
  }
}
