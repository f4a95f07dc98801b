import { createHmac } from 'node:crypto'
import type { Destination, Outbound } from '../../../outbound/index.ts'
import type { Notice } from '../contract.ts'
import { noticeView } from '../notice-view.ts'

export interface WebhookTarget {
  readonly owner: string
  readonly url: string
  readonly secret: Buffer
  readonly reach: Pick<Destination, 'networks' | 'isElsewhere'>
}

/**
 * Sends one notice, signed in the way of Standard Webhooks: https://www.standardwebhooks.com. Nothing is followed: a redirect is a failure.
 * Rejects unless it was taken.
 */
export async function sendWebhook(outbound: Pick<Outbound, 'forward'>, notice: Notice, target: WebhookTarget, now: number, signal: AbortSignal): Promise<void> {
  const url = new URL(target.url)
  const body = Buffer.from(JSON.stringify({ type: `notice.${notice.kind}`, timestamp: new Date(notice.at).toISOString(), data: noticeView(notice) }))
  const seconds = Math.floor(now / 1000)
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'user-agent',
    'login-relay',
    'webhook-id',
    notice.id,
    'webhook-timestamp',
    String(seconds),
    'webhook-signature',
    signature(target.secret, notice.id, seconds, body),
  ]
  const destination = { id: `webhook ${target.owner}`, origins: [url.origin], ...target.reach }
  const answer = await outbound.forward(destination, {
    method: 'POST',
    origin: url.origin,
    path: url.pathname + url.search,
    headers,
    body,
    signal,
  })
  answer.body.on('error', () => {}).destroy()
  if (answer.status < 200 || answer.status > 299) throw new Error(`it was answered with ${answer.status}`)
}

/** `v1,` and the HMAC-SHA256 of id, time and body. */
function signature(secret: Buffer, id: string, seconds: number, body: Buffer): string {
  return `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.`).update(body).digest('base64')}`
}
