import type { Logger } from 'pino'
import type { Config } from '../../config/index.ts'
import type { Audit } from '../audit/index.ts'
import type { Grants } from '../control/index.ts'
import type { Outbound } from '../outbound/index.ts'
import type { Sessions } from '../sessions/index.ts'
import type { TrafficCounts } from './counted/counts.ts'
import type { ExchangeObserver } from './counted/exchange-observer.ts'
import type { FirstUses } from './counted/first-uses.ts'
import type { LentTraffic } from './live/lent-traffic.ts'
import type { LiveTraffic } from './live/live-traffic.ts'
import type { Turns } from './live/turns.ts'

export interface TrafficOptions {
  readonly config: Pick<Config, 'sessions' | 'limits'>
  readonly sessions: Sessions
  readonly outbound: Outbound
  readonly audit: Audit
  readonly grants: Pick<Grants, 'may' | 'onChanged'>
  /** Asked for each error answer: the portal may have chosen its port at start. */
  readonly portalUrl: () => string
  readonly log: Logger
  /** Told of every exchange: the access log, traces. */
  readonly observers: readonly ExchangeObserver[]
}

/** What every request works with. */
export interface Rooms extends TrafficOptions {
  readonly live: LiveTraffic
  readonly counts: TrafficCounts
  readonly turns: Turns
  readonly firstUses: FirstUses
  readonly lent: LentTraffic
}
