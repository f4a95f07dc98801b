import { TrafficCounts } from './counted/counts.ts'
import { FirstUses } from './counted/first-uses.ts'
import { LentTraffic } from './live/lent-traffic.ts'
import { LiveTraffic } from './live/live-traffic.ts'
import { Turns } from './live/turns.ts'
import { RelayedRequest } from './relayed-request.ts'
import type { Rooms, TrafficOptions } from './rooms.ts'
import type { SiteRequest } from './site-request.ts'

/** The requests of clients that are on their way to enrolled sites, whichever door they came by. */
export interface Traffic {
  /** What is under way for whom. */
  readonly live: LiveTraffic
  /** What has come to its end. */
  readonly counts: TrafficCounts
  /** Sends it to its site with its session attached, and answers it. */
  relay(request: SiteRequest): RelayedRequest
}

export function createTraffic(options: TrafficOptions): Traffic {
  const rooms: Rooms = {
    ...options,
    live: new LiveTraffic(),
    counts: new TrafficCounts(options.observers),
    turns: new Turns(),
    firstUses: new FirstUses(options.audit),
    lent: new LentTraffic(options.grants),
  }
  return {
    live: rooms.live,
    counts: rooms.counts,
    relay(request) {
      const relayed = new RelayedRequest(rooms, request)
      relayed.start()
      return relayed
    },
  }
}
