import type { Account } from '../../accounts/index.ts'
import type { ErrorCode, RelayError } from '../../errors.ts'
import { type Family, Histogram, labelled, type TrafficFigures } from '../../metrics/index.ts'
import type { ExchangeObserver, Outcome, SeenExchange } from './exchange-observer.ts'
import { Tally } from './tally.ts'

/** Milliseconds. A local site answers in less than five, a sign-in on the way takes seconds. */
const bounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000]

interface DeviceCount {
  readonly name: string
  readonly user: string
  requests: number
  bytes: number
}

/** Counts what clients do, by whichever door. `finished` runs for every request: it adds to numbers that are there, and makes nothing. */
export class TrafficCounts {
  readonly #observers: readonly ExchangeObserver[]
  readonly #since = Date.now()
  /** By outcome, then by the first digit of the status; 0: no answer was begun. */
  readonly #exchanges: Readonly<Record<Outcome, number[]>> = { site: zeros(), relay: zeros(), broken: zeros() }
  readonly #errors = new Map<ErrorCode, number>()
  readonly #durations = new Histogram(bounds)
  readonly #devices = new Map<string, DeviceCount>()
  readonly #tunnels = { intercepted: 0, unread: 0 }
  readonly #openTunnels = { intercepted: 0, unread: 0 }
  #requests = 0
  #bytes = 0

  constructor(observers: readonly ExchangeObserver[]) {
    this.#observers = observers
  }

  /** A request or WebSocket came to its end. `isWhole`: its answer was sent to the last byte. */
  finished(tally: Tally, seen: SeenExchange | undefined, isWhole: boolean, account?: Pick<Account, 'id' | 'name'>): void {
    const { status, bytes } = tally
    const outcome: Outcome = tally.error !== undefined ? 'relay' : isWhole ? 'site' : 'broken'
    const ms = performance.now() - tally.begun
    const row = this.#exchanges[outcome]
    const digit = (status / 100) | 0
    row[digit] = (row[digit] as number) + 1
    this.#requests++
    this.#bytes += bytes
    if (status !== 101) this.#durations.observe(ms)
    if (tally.error !== undefined) this.#errors.set(tally.error, (this.#errors.get(tally.error) ?? 0) + 1)
    if (seen?.sender !== undefined) this.#countDevice(seen.sender, bytes)
    if (seen !== undefined) for (const observer of this.#observers) observer.write(seen, account, tally, outcome, ms)
  }

  /** What was refused before it was on its way. `seen`: undefined where it could not be read. */
  refused(error: RelayError, seen?: SeenExchange): void {
    const tally = new Tally()
    tally.refused(error)
    this.finished(tally, seen, true)
  }

  tunnelOpened(kind: 'intercepted' | 'unread'): void {
    this.#tunnels[kind]++
    this.#openTunnels[kind]++
  }

  tunnelClosed(kind: 'intercepted' | 'unread'): void {
    this.#openTunnels[kind]--
  }

  /** An unread tunnel has ended: a line, and its bytes. */
  tunnelled(tally: Tally, seen: SeenExchange): void {
    this.#bytes += tally.bytes
    if (seen.sender !== undefined) this.#countDevice(seen.sender, tally.bytes)
    for (const observer of this.#observers) observer.write(seen, undefined, tally, 'site', performance.now() - tally.begun)
  }

  /** It was revoked: it comes no more. */
  forgetDevice(id: string): void {
    this.#devices.delete(id)
  }

  /** `live`: what is under way for a device. */
  figures(
    connections: number,
    live: { readonly underWay: number; readonly webSockets: number },
    ofDevice: (id: string) => { readonly connections: number; readonly underWay: number; readonly webSockets: number },
  ): TrafficFigures {
    return {
      at: Date.now(),
      since: this.#since,
      connections,
      tunnels: { ...this.#openTunnels },
      ...live,
      requests: this.#requests,
      bytes: this.#bytes,
      devices: [...this.#devices].map(([id, { name, user, requests, bytes }]) => ({ id, name, user, ...ofDevice(id), requests, bytes })),
    }
  }

  families(): readonly Family[] {
    const exchanges = Object.entries(this.#exchanges).flatMap(([outcome, row]) =>
      row.map((value, digit) => ({ labels: { outcome, code: digit === 0 ? 'none' : `${digit}xx` }, value })).filter(({ value }) => value > 0),
    )
    return [
      {
        name: 'login_relay_requests_total',
        type: 'counter',
        help: 'Proxied requests: answered by the site, by the relay in its place, or broken off.',
        samples: exchanges,
      },
      labelled('login_relay_refusals_total', 'counter', "The relay's own answers, by error code.", 'error', this.#errors),
      this.#durations.family('login_relay_request_duration_seconds', 'From the head of a request to the end of its answer; WebSockets not among them.'),
      {
        name: 'login_relay_response_bytes_total',
        type: 'counter',
        help: "Bytes of answers' bodies, tunnels and WebSockets.",
        samples: [{ value: this.#bytes }],
      },
      labelled('login_relay_tunnels_total', 'counter', 'Tunnels opened by CONNECT.', 'kind', Object.entries(this.#tunnels)),
      labelled('login_relay_open_tunnels', 'gauge', 'Tunnels open now.', 'kind', Object.entries(this.#openTunnels)),
    ]
  }

  /** It has shown who it is. Who has not, or was revoked since, counts in the sums alone: what it had under way is told after it was forgotten. */
  knowDevice(id: string, name: string, user: string): void {
    if (!this.#devices.has(id)) this.#devices.set(id, { name, user, requests: 0, bytes: 0 })
  }

  #countDevice({ deviceId }: NonNullable<SeenExchange['sender']>, bytes: number): void {
    const count = this.#devices.get(deviceId)
    if (count === undefined) return
    count.requests++
    count.bytes += bytes
  }
}

function zeros(): number[] {
  return new Array<number>(10).fill(0)
}
