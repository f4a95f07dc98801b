import type { Patience } from './accounts/account-state.ts'
import type { ProxiedDevices } from './caller/proxied-devices.ts'
import type { PortalOptions } from './contract.ts'
import type { EventStreams } from './web/event-streams.ts'

/** What every route works with. */
export interface Rooms extends PortalOptions {
  /** The portal's public address. */
  readonly url: () => string
  /** What the portal itself speaks. */
  readonly scheme: 'http' | 'https'
  /** People reach it over TLS: cookies are `Secure`, browsers are told to insist. */
  readonly secure: boolean
  readonly streams: EventStreams
  readonly proxied: ProxiedDevices
}

/** How long a sign-in may go without a word: its own limit, and a person's. */
export function patience({ config: { login } }: Pick<Rooms, 'config'>): Patience {
  return { quietAfter: (login.timeoutSeconds + login.personSeconds) * 1000 }
}
