import { RelayError } from '../../../errors.ts'
import type { Destination, Outbound } from '../../../outbound/index.ts'

/** `notices.webhooks`. `private`: to addresses of the operator's own networks too, and over http. */
type Reach = 'off' | 'public' | 'private'

interface Rules {
  readonly outbound: Pick<Outbound, 'networksOf'>
  readonly webhooks: Reach
}

/**
 * Where people's notices may be sent; `what`: `the address of a webhook`. Told when it is set, not when the first notice is lost. Where its name
 * leads is looked at again for each connection. `bad_request`, `destination_refused`.
 */
export async function checkAddress(text: string, what: string, { outbound, webhooks }: Rules): Promise<void> {
  const refuse = (problem: string) => new RelayError('bad_request', { params: { problem } })
  if (!URL.canParse(text)) throw refuse(`${what} is a URL`)
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw refuse(`${what} holds no user name and password`)
  if (url.protocol !== 'https:' && (url.protocol !== 'http:' || webhooks !== 'private')) throw refuse(`${what} begins with https://`)
  const networks = await outbound.networksOf(url.hostname)
  if (webhooks !== 'private' && networks.some((network) => network !== 'public'))
    throw new RelayError('destination_refused', {
      params: { host: url.hostname, reason: 'it is not a public address, and this relay sends notices to no others' },
    })
  // Nor to the relay itself, nor to its machine: as each delivery is asked.
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  await outbound.networksOf(url.hostname, { port, ...reachOf(webhooks) })
}

/** Where a connection for a notice may lead: people name these addresses, who do not run the relay. */
export function reachOf(webhooks: Reach): Pick<Destination, 'networks' | 'isElsewhere'> {
  return webhooks === 'private' ? { networks: ['public', 'private', 'loopback'] } : { networks: ['public'], isElsewhere: true }
}
