import { createHash } from 'node:crypto'
import type { Destination, Outbound } from '../../../outbound/index.ts'
import type { Notice } from '../contract.ts'
import { groupOf } from '../notice-words.ts'
import { encryptMessage, type PushKeys } from './encrypt-message.ts'
import { messageBytes, pushText } from './push-text.ts'
import type { ServerKey } from './server-key.ts'

/** Where a browser's push service takes messages for it. */
export interface PushTarget extends PushKeys {
  readonly endpoint: string
  readonly reach: Pick<Destination, 'networks' | 'isElsewhere'>
}

/** What this relay says of itself to push services. */
export interface PushSender {
  readonly key: Pick<ServerKey, 'authorization'>
  /** Where who runs this relay is found: an https address. */
  readonly contact: string
}

/** The subscription is over: the browser has ended it (RFC 8030 sections 5 and 7.3). */
export class PushEnded extends Error {}

/** It was not taken. `retryAfter`: milliseconds that the service asks to be left alone for. */
export class PushRefused extends Error {
  readonly retryAfter: number

  constructor(status: number, retryAfter: number) {
    super(`it was answered with ${status}`)
    this.retryAfter = retryAfter
  }
}

/** How long a service keeps it for a browser that is not there: as long as the relay itself would try. Seconds. */
const keptFor = 3 * 86_400
/** Milliseconds. */
const longestWait = 86_400_000

/** Sends one notice by RFC 8030, encrypted for the browser alone. Nothing is followed: a redirect is a failure. `PushEnded`, `PushRefused`. */
export async function sendPush(
  outbound: Pick<Outbound, 'forward'>,
  notice: Notice,
  { endpoint, reach, ...keys }: PushTarget,
  { key, contact }: PushSender,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(endpoint)
  const body = encryptMessage(pushText(notice), keys, messageBytes)
  const headers = [
    'authorization',
    key.authorization(url.origin, contact, now),
    'content-encoding',
    'aes128gcm',
    'content-type',
    'application/octet-stream',
    'content-length',
    String(body.length),
    'ttl',
    String(keptFor),
    // Section 5.3: what is done with an account waits for a phone that sleeps; a sign-in as the person does not.
    'urgency',
    groupOf(notice.kind) === 'use' ? 'normal' : 'high',
    // Section 5.4: one that is sent again, for its answer was lost, takes the place of the first.
    'topic',
    topicOf(notice.id),
    'user-agent',
    'login-relay',
  ]
  const answer = await outbound.forward(
    { id: 'push service', origins: [url.origin], ...reach },
    { method: 'POST', origin: url.origin, path: url.pathname + url.search, headers, body, signal },
  )
  answer.body.on('error', () => {}).destroy()
  if (answer.status === 404 || answer.status === 410) throw new PushEnded(`it was answered with ${answer.status}`)
  if (answer.status < 200 || answer.status > 299) throw new PushRefused(answer.status, retryAfter(answer.headers, now))
}

/** At most 32 characters of base64url, which say nothing of the notice. */
function topicOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 32)
}

/** RFC 9110 section 10.2.3: seconds or a date. Milliseconds; 0: none is said. */
function retryAfter(headers: readonly string[], now: number): number {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'retry-after')
  const value = at < 0 ? '' : (headers[at + 1] ?? '').trim()
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return wait > 0 ? Math.min(wait, longestWait) : 0
}
