import type { Readable } from 'node:stream'
import type { ClientAnswer } from './client-message.ts'
import { ClientWait } from './client-wait.ts'
import { via } from './request-head.ts'
import type { ResponseHead } from './response-head.ts'
import type { Tally } from './tally.ts'

/** What came from upstream, whichever way it was asked. */
export interface UpstreamAnswer {
  readonly status: number
  readonly statusText: string
  /** Flat, latin1. */
  readonly headers: readonly string[]
  readonly body: Readable
  readonly trailers: () => Readonly<Record<string, string | string[]>>
}

/**
 * Passes an answer on: its fields, then its body as fast as the client takes it. A body that breaks off ends the client's
 * connection, so that it never looks whole; so does a client that takes nothing for `stallTime` milliseconds. Throws, before anything is sent, when a field cannot be written as HTTP.
 */
export function passAnswer(answer: UpstreamAnswer, head: ResponseHead, res: ClientAnswer, tally: Tally, stallTime: number): void {
  tally.status = answer.status
  head.fields.push('Via', via)
  res.writeHead(answer.status, answer.statusText, head.fields)
  const { body } = answer
  const isEmpty = answer.status === 204 || answer.status === 304 || res.req.method === 'HEAD'
  const wait = new ClientWait(stallTime, () => res.destroy())
  body.on('data', (chunk: Buffer) => {
    tally.bytes += chunk.length
    if (res.write(chunk)) return
    body.pause()
    wait.begin()
  })
  res.on('drain', () => {
    wait.end()
    body.resume()
  })
  res.on('close', () => wait.end())
  body.on('end', () => {
    if (head.hasTrailers && !isEmpty) addTrailers(res, answer.trailers())
    res.end()
  })
  body.on('error', () => res.destroy())
  // The head goes out before the body comes: an event stream may stay silent for long.
  if (!isEmpty && body.readableLength === 0 && !body.readableEnded) res.flushHeaders()
}

function addTrailers(res: ClientAnswer, trailers: Readonly<Record<string, string | string[]>>): void {
  const safe = Object.entries(trailers).filter(([name]) => !notInTrailers.has(name))
  if (safe.length > 0) res.addTrailers(safe.flatMap(([name, value]) => [value].flat().map((one) => [name, one] as [string, string])))
}

// RFC 9110 6.5.1: framing, routing and authentication have no place there; cookies stay in the relay.
const notInTrailers = new Set([
  'content-length',
  'transfer-encoding',
  'host',
  'set-cookie',
  'connection',
  'trailer',
  'www-authenticate',
  'content-encoding',
  'content-type',
])
