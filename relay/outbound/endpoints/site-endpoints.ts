import { setTimeout as pause } from 'node:timers/promises'
import type { RelayError } from '../../errors.ts'
import type { Destination } from '../contract.ts'
import { type Candidate, fastest, nearest } from './choose-endpoint.ts'
import { defaultHealth, type Endpoint, type EndpointState, type Route } from './contract.ts'

/** A site that has endpoints. */
export interface EndpointSite extends Destination {
  readonly endpoints: readonly Endpoint[]
}

/** Looks at one endpoint: the milliseconds it took. */
export type Check = (site: EndpointSite, endpoint: Endpoint, signal: AbortSignal) => Promise<number>

/** For a check at most: milliseconds, and a part of the interval. By so much checks begin earlier, so that an endpoint which died after one is found out within the interval by the next. */
const mostCheckTime = 5_000
const checkPart = 1 / 3
/** How long who comes first waits for what the first checks say. Milliseconds. */
const patience = 2_000
/** How much a new measurement counts against those before. */
const weight = 0.3

interface Known {
  state: 'up' | 'down' | 'unknown'
  milliseconds: number | undefined
  problem: string | undefined
}

/** The endpoints of one site: what is known of them, found out again and again while the site is used. */
export class SiteEndpoints {
  /** Of requests that belong to no session. */
  readonly route: Route = { endpoint: undefined }
  #site: EndpointSite
  readonly #check: Check
  /** Unused for so long, it is left alone. Milliseconds. */
  readonly #rest: number
  readonly #known = new Map<string, Known>()
  /** By the endpoints that were equal. */
  readonly #lastTime = new Map<string, string>()
  readonly #ending = new AbortController()
  #usedAt = 0
  #watching: Promise<void> | undefined
  #firstRound: Promise<unknown> | undefined

  constructor(site: EndpointSite, check: Check, rest: number) {
    this.#site = site
    this.#check = check
    this.#rest = rest
  }

  /** It is used now, declared like this. */
  use(site: EndpointSite): void {
    this.#usedAt = performance.now()
    this.#site = site
    this.#watching ??= this.#watch()
  }

  /** Once it is known how the endpoints are, as far as that does not take long. */
  async measured(): Promise<void> {
    if (this.#firstRound !== undefined) await Promise.race([this.#firstRound, pause(patience, undefined, { ref: false })])
  }

  /** Of these the one that a session is at, or the best one in its place; none that `failed` holds. */
  choose(endpoints: readonly Endpoint[], { client, endpoint: present }: Route, failed: ReadonlyMap<string, unknown>): Endpoint | undefined {
    const candidates = endpoints
      .filter(({ address }) => !failed.has(address))
      .map((endpoint): Candidate => ({ endpoint, state: this.#of(endpoint).state, milliseconds: this.#of(endpoint).milliseconds }))
    const current = candidates.find(({ endpoint: { address } }) => address === present)
    // With all of them down, it is as good as any other, and knows the session.
    if (current !== undefined && (current.state !== 'down' || candidates.every(({ state }) => state === 'down'))) return current.endpoint
    const equals = nearest(candidates, client)
    const key = equals.map(({ endpoint }) => endpoint.address).join()
    const chosen = fastest(equals, this.#lastTime.get(key))?.endpoint
    if (chosen !== undefined) this.#lastTime.set(key, chosen.address)
    return chosen
  }

  /** A request could not be connected to it. */
  failed(endpoint: Endpoint, { params: { reason = '' }, message }: RelayError): void {
    Object.assign(this.#of(endpoint), { state: 'down', milliseconds: undefined, problem: reason === '' ? message : String(reason) })
  }

  states(endpoints: readonly Endpoint[] = this.#site.endpoints): EndpointState[] {
    return endpoints.map((endpoint) => {
      const { address, clients } = endpoint
      const { state, milliseconds, problem } = this.#of(endpoint)
      return {
        address,
        ...(clients === undefined ? {} : { clients }),
        state,
        ...(milliseconds === undefined ? {} : { milliseconds: Math.round(milliseconds * 10) / 10 }),
        ...(problem === undefined ? {} : { problem }),
      }
    })
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    await this.#watching
  }

  async #watch(): Promise<void> {
    const { signal } = this.#ending
    this.#firstRound = this.#round()
    for (let round = this.#firstRound; ; round = this.#round()) {
      const begun = performance.now()
      await round
      const { interval, check } = this.#times
      await pause(Math.max(0, interval - check - (performance.now() - begun)), undefined, { ref: false, signal }).catch(() => {})
      if (signal.aborted || performance.now() - this.#usedAt > this.#rest) break
    }
    // What is known now is out of date when somebody comes again.
    this.#known.clear()
    this.#watching = undefined
    this.#firstRound = undefined
  }

  /** All at once: one that does not answer must not keep the others waiting. */
  async #round(): Promise<void> {
    await Promise.all(this.#site.endpoints.map((endpoint) => this.#look(endpoint)))
  }

  async #look(endpoint: Endpoint): Promise<void> {
    const known = this.#of(endpoint)
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(this.#times.check)])
    try {
      const took = await this.#check(this.#site, endpoint, signal)
      const milliseconds = known.milliseconds === undefined ? took : known.milliseconds * (1 - weight) + took * weight
      Object.assign(known, { state: 'up', milliseconds, problem: undefined })
    } catch (error) {
      if (!this.#ending.signal.aborted) this.failed(endpoint, error as RelayError)
    }
  }

  get #times(): { readonly interval: number; readonly check: number } {
    const interval = (this.#site.health ?? defaultHealth).everySeconds * 1000
    return { interval, check: Math.min(mostCheckTime, Math.ceil(interval * checkPart)) }
  }

  #of({ address }: Endpoint): Known {
    let known = this.#known.get(address)
    if (known === undefined) {
      known = { state: 'unknown', milliseconds: undefined, problem: undefined }
      this.#known.set(address, known)
    }
    return known
  }
}
