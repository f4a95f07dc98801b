import { getDefaultHighWaterMark } from 'node:stream'
import type { ForwardResponse } from '../../outbound/index.ts'
import type { Tally } from '../counted/tally.ts'
import type { ClientAnswer } from '../requests/client-message.ts'
import { ClientWait } from '../requests/client-wait.ts'
import { via } from '../requests/request-head.ts'
import { passableTrailers } from '../requests/trailers.ts'
import type { ResponseHead } from './response-head.ts'

export interface PassOptions {
  /** Milliseconds. */
  readonly stallTime: number
  /** The client has said so. */
  readonly takesTrailers: boolean
}

/** Bytes. */
const shortBody = 4096

/** So many bytes that the client has not taken yet are not waited for. As Node has it for a stream that is written to. */
const fewBytes = getDefaultHighWaterMark(false)

/**
 * Passes an answer on: its fields, then its body as fast as the client takes it. A body that breaks off ends the client's
 * connection, so that it never looks whole; so does a client that takes nothing for `stallTime` milliseconds. Throws, before anything is sent, when a field cannot be written as HTTP.
 */
export function passAnswer(answer: ForwardResponse, head: ResponseHead, res: ClientAnswer, tally: Tally, { stallTime, takesTrailers }: PassOptions): void {
  tally.status = answer.status
  head.fields.push('Via', via)
  const isEmpty = answer.status === 204 || answer.status === 304 || res.req.method === 'HEAD'
  const endsWithHead = isEmpty || answer.endsWithHead === true
  const withTrailers = carriesTrailers(res, head, isEmpty, takesTrailers)
  if (head.hasTrailers && !withTrailers) removeField(head.fields, 'trailer')
  res.writeHead(answer.status, answer.statusText, head.fields, endsWithHead)
  const whole = answer.arrived?.()
  if (whole === undefined) return void passBody(answer, res, tally, { stallTime, endsWithHead, withTrailers })
  tally.bytes = whole.length
  if (withTrailers) addTrailers(res, answer.trailers())
  // A short one leaves with its head as one text, a character a byte; Node writes bytes as a second piece beside it, which costs more.
  if (whole.length === 0) res.end()
  else if (whole.length <= shortBody) res.end(whole.toString('latin1'), 'latin1')
  else res.end(whole)
  if (res.writableLength >= fewBytes) watchLast(res, stallTime)
}

function passBody(
  answer: ForwardResponse,
  res: ClientAnswer,
  tally: Tally,
  { stallTime, endsWithHead, withTrailers }: { readonly stallTime: number; readonly endsWithHead: boolean; readonly withTrailers: boolean },
): void {
  const { body } = answer
  const wait = new ClientWait(stallTime, () => res.destroy())
  body.on('data', (chunk: Buffer) => {
    tally.bytes += chunk.length
    if (res.write(chunk)) return
    body.pause()
    if (!isBehindOthers(res)) wait.begin()
  })
  res.on('socket', () => {
    if (body.isPaused()) wait.begin()
  })
  res.on('drain', () => {
    wait.end()
    body.resume()
  })
  res.on('close', () => {
    wait.end()
    body.destroy()
  })
  body.on('end', () => {
    if (withTrailers) addTrailers(res, answer.trailers())
    res.end()
  })
  body.on('error', () => res.destroy())
  // The head goes out before the body comes: an event stream may stay silent for long.
  if (!endsWithHead && body.readableLength === 0 && !body.readableEnded) res.flushHeaders()
}

/** Nothing follows what is under way to the client. */
function watchLast(res: ClientAnswer, stallTime: number): void {
  let left = 0
  const begin = (): void => {
    left = res.writableLength
    wait.begin()
  }
  const wait = new ClientWait(stallTime, () => {
    // It takes them slowly.
    if (res.writableLength < left) begin()
    else res.destroy()
  })
  res.on('close', () => wait.end())
  if (isBehindOthers(res)) res.on('socket', begin)
  else begin()
}

/** An earlier answer is on its way: the client cannot take anything of this one yet. */
function isBehindOthers({ socket }: ClientAnswer): boolean {
  return socket === null
}

/** Can trailers stand behind the answer as this client gets it? Over HTTP/1.1 behind chunks alone, for a client that asks for them or a site that announces them. */
function carriesTrailers({ req }: ClientAnswer, { hasTrailers, hasLength }: ResponseHead, isEmpty: boolean, takesTrailers: boolean): boolean {
  if (req.httpVersion === '2.0') return true
  return (takesTrailers || hasTrailers) && req.httpVersion === '1.1' && !hasLength && !isEmpty
}

/** Node throws at an announcement of trailers that it would not send. */
function removeField(fields: string[], name: string): void {
  for (let i = fields.length - 2; i >= 0; i -= 2) if (fields[i]?.toLowerCase() === name) fields.splice(i, 2)
}

function addTrailers(res: ClientAnswer, trailers: readonly string[]): void {
  const passed = passableTrailers(trailers)
  if (passed.length > 0) res.addTrailers(passed)
}
