import { LiveTraffic } from './live-traffic.ts'
import { RelayedRequest, type SiteRequest } from './relayed-request.ts'
import type { Rooms, TrafficOptions } from './rooms.ts'
import { Turns } from './turns.ts'

/** The requests of clients that are on their way to enrolled sites, whichever door they came by. */
export interface Traffic {
  /** What is under way for whom. */
  readonly live: LiveTraffic
  /** Sends it to its site with its session attached, and answers it. */
  relay(request: SiteRequest): RelayedRequest
}

export function createTraffic(options: TrafficOptions): Traffic {
  const rooms: Rooms = { ...options, live: new LiveTraffic(), turns: new Turns() }
  return {
    live: rooms.live,
    relay(request) {
      const relayed = new RelayedRequest(rooms, request)
      relayed.start()
      return relayed
    },
  }
}
