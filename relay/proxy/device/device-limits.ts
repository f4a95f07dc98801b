import type { Config } from '../../../config/index.ts'
import { RelayError } from '../../errors.ts'
import type { LiveTraffic } from '../../traffic/index.ts'

/** Seconds after which to try again, where something must end first. */
const soon = 5

interface Bucket {
  tokens: number
  /** When they were counted. */
  at: number
}

/**
 * What one device may ask of the relay, so that a script that runs away, or a token that was stolen, does not take it from the others.
 * Runs for every request: two look-ups and some arithmetic.
 */
export class DeviceLimits {
  readonly #limits: Config['limits']
  readonly #live: Pick<LiveTraffic, 'connectionsOf' | 'underWayOf'>
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  /** `now`: milliseconds, of a clock that never goes back. */
  constructor(limits: Config['limits'], live: Pick<LiveTraffic, 'connectionsOf' | 'underWayOf'>, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#live = live
    this.#now = now
  }

  /** One request more; `proxy_too_much` when it is one too many, which then does not count. */
  takeRequest(deviceId: string): RelayError | undefined {
    const { requestsPerSecond, burst, requestsAtOnce } = this.#limits
    if (this.#live.underWayOf(deviceId) >= requestsAtOnce) return tooMuch('requests under way', soon)
    const now = this.#now()
    let bucket = this.#buckets.get(deviceId)
    if (bucket === undefined) {
      bucket = { tokens: burst, at: now }
      this.#buckets.set(deviceId, bucket)
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * requestsPerSecond)
    bucket.at = now
    if (bucket.tokens < 1) return tooMuch('requests', Math.ceil((1 - bucket.tokens) / requestsPerSecond))
    bucket.tokens -= 1
    return undefined
  }

  /** `proxy_too_much` when it has as many connections as it may have. */
  refuseConnection(deviceId: string): RelayError | undefined {
    return this.#live.connectionsOf(deviceId) >= this.#limits.connections ? tooMuch('connections', soon) : undefined
  }

  /** It was revoked. */
  forget(deviceId: string): void {
    this.#buckets.delete(deviceId)
  }
}

function tooMuch(what: string, seconds: number): RelayError {
  return new RelayError('proxy_too_much', { params: { what, seconds } })
}
