import type { Account } from '../../accounts/index.ts'
import type { Sender } from '../sender.ts'
import type { Tally } from './tally.ts'

/** What is known of an exchange, beside its tally. */
export interface SeenExchange {
  readonly req: { readonly method?: string | undefined }
  readonly head: { readonly cookie: string; readonly fields?: readonly string[] }
  readonly target: { readonly place: { readonly authority: string }; readonly path: string }
  /** Undefined: nobody known. */
  readonly sender?: Pick<Sender, 'deviceId' | 'userName' | 'deviceName'> | undefined
  /** Undefined: the host is not enrolled. */
  readonly site?: { readonly id: string } | undefined
}

/** How an exchange ended. */
export type Outcome =
  /** The site's answer went to the client whole. */
  | 'site'
  /** The relay answered in its place. */
  | 'relay'
  /** It broke off at either side, or was cut. */
  | 'broken'

/** Told of every exchange at its end. */
export interface ExchangeObserver {
  write(seen: SeenExchange, account: Pick<Account, 'id' | 'name'> | undefined, tally: Tally, outcome: Outcome, ms: number): void
}
