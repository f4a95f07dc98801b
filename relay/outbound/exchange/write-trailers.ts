import type { Socket } from 'node:net'
import type { ForwardRequest } from '../contract.ts'
import { fieldValue, token } from './field-text.ts'

/** What of a request undici does not write. */
export type TrailingRequest = Pick<ForwardRequest, 'takesTrailers' | 'trailers'>

export const nothingToEnd = (): void => {}

/** What undici writes behind the last chunk of a body. Of a body itself it writes bytes, never text. */
const lastChunk = '\r\n0\r\n\r\n'
const ownConnection = /\r\nconnection: (keep-alive|close)\r\n/

/**
 * Stands before a connection's `write` while one request is written, by undici and over HTTP/1.1: names TE in its Connection field, as
 * RFC 9110 section 10.1.4 asks of who sends one, and puts the trailer fields behind its last chunk (RFC 9112 section 7.1.2). Gives the way to end that.
 */
export function writeTrailers(socket: Socket, { takesTrailers = false, trailers }: TrailingRequest): () => void {
  if (!takesTrailers && trailers === undefined) return nothingToEnd
  const write = socket.write
  let isHead = true
  const changed = (text: string): string => {
    const wasHead = isHead
    isHead = false
    // The first such line: a request line and a Host field stand before it, and hold no line break.
    if (wasHead) return takesTrailers ? text.replace(ownConnection, '\r\nconnection: $1, TE\r\n') : text
    return text === lastChunk ? `\r\n0\r\n${linesOf(trailers?.() ?? [])}\r\n` : text
  }
  socket.write = ((chunk: unknown, ...rest: []) =>
    write.call(socket, (typeof chunk === 'string' ? changed(chunk) : chunk) as string, ...rest)) as Socket['write']
  return () => void Reflect.deleteProperty(socket, 'write')
}

/** Without what would be a line more. */
function linesOf(fields: readonly string[]): string {
  let lines = ''
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (token.test(fields[i] as string) && fieldValue.test(fields[i + 1] as string)) lines += `${fields[i]}: ${fields[i + 1]}\r\n`
  }
  return lines
}
