import { RelayError } from '../../../errors.ts'
import type { Outbound } from '../../../outbound/index.ts'

interface Rules {
  readonly outbound: Pick<Outbound, 'networksOf'>
  readonly webhooks: 'off' | 'public' | 'private'
}

/** Told when it is set, not when the first notice is lost. Where its name leads is looked at again for each connection. `bad_request`, `destination_refused`. */
export async function checkWebhook(text: string, { outbound, webhooks }: Rules): Promise<void> {
  const refuse = (problem: string) => new RelayError('bad_request', { params: { problem } })
  if (webhooks === 'off') throw refuse('this relay sends no webhooks')
  if (!URL.canParse(text)) throw refuse('the address of a webhook is a URL')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw refuse('the address of a webhook holds no user name and password')
  if (url.protocol !== 'https:' && (url.protocol !== 'http:' || webhooks === 'public')) throw refuse('the address of a webhook begins with https://')
  const networks = await outbound.networksOf(url.hostname)
  if (webhooks === 'public' && networks.some((network) => network !== 'public'))
    throw new RelayError('destination_refused', {
      params: { host: url.hostname, reason: 'it is not a public address, and this relay sends webhooks to no others' },
    })
}
