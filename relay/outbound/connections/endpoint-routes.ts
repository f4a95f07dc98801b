import type { Readable } from 'node:stream'
import type { RelayError } from '../../errors.ts'
import type { Family } from '../../metrics/index.ts'
import type { Destination } from '../contract.ts'
import type { EndpointState, Route } from '../endpoints/contract.ts'
import { type Check, type EndpointSite, SiteEndpoints } from '../endpoints/site-endpoints.ts'
import { isUnreached, noneReached } from '../endpoints/unreached.ts'
import type { Pools } from './pools.ts'
import type { SiteConnections } from './site-connections.ts'

/** After so long no other endpoint is tried for a request that has reached none. Milliseconds. */
const patience = 10_000

/** How a request wants to reach its site. */
export interface Way {
  readonly route: Route | undefined
  /** What is sent; a body that something was read of is not sent again. */
  readonly body: Readable | Buffer | null
}

export interface EndpointRoutesOptions {
  readonly pools: Pools
  readonly check: Check
  /** Unused for so long, a site's endpoints are left alone. Milliseconds. */
  readonly rest: number
}

/** Leads requests to the endpoints of their sites. */
export class EndpointRoutes {
  readonly #options: EndpointRoutesOptions
  readonly #sites = new Map<string, SiteEndpoints>()

  constructor(options: EndpointRoutesOptions) {
    this.#options = options
  }

  /**
   * Sends by the connections to an origin: where it has endpoints, those of the session's endpoint. Where that cannot be reached, nothing
   * has been sent: then by those of the next best, each once. `site_down` with what is wrong with each.
   */
  send<T>(destination: Destination, origin: string, way: Way, attempt: (connections: SiteConnections) => Promise<T>): Promise<T> {
    return hasEndpoints(destination, origin) ? this.#send(destination, origin, way, attempt) : attempt(this.#options.pools.of(destination, origin))
  }

  async #send<T>(destination: EndpointSite, origin: string, { route: given, body }: Way, attempt: (connections: SiteConnections) => Promise<T>): Promise<T> {
    const site = this.#of(destination)
    site.use(destination)
    const route = given ?? site.route
    if (route.endpoint === undefined) await site.measured()
    const failed = new Map<string, RelayError>()
    const begun = performance.now()
    for (;;) {
      const endpoint = site.choose(destination.endpoints, route, failed)
      if (endpoint === undefined) throw noneReached(destination.id, failed)
      try {
        const result = await attempt(this.#options.pools.of(destination, origin, endpoint))
        route.endpoint = endpoint.address
        return result
      } catch (error) {
        if (!isUnreached(error)) throw error
        site.failed(endpoint, error)
        failed.set(endpoint.address, error)
        if (isBegun(body) || performance.now() - begun > patience) throw noneReached(destination.id, failed)
      }
    }
  }

  states(destination: Destination): readonly EndpointState[] {
    const { id, endpoints = [] } = destination
    return this.#sites.get(id)?.states(endpoints) ?? endpoints.map((endpoint) => ({ ...endpoint, state: 'unknown' }))
  }

  families(): Family[] {
    const all = [...this.#sites].flatMap(([site, endpoints]) =>
      endpoints.states().map(({ address, state, milliseconds }) => ({ labels: { site, endpoint: address }, state, milliseconds })),
    )
    const up = all.filter(({ state }) => state !== 'unknown').map(({ labels, state }) => ({ labels, value: state === 'up' ? 1 : 0 }))
    const times = all.flatMap(({ labels, milliseconds }) => (milliseconds === undefined ? [] : [{ labels, value: milliseconds / 1000 }]))
    return [
      { name: 'login_relay_endpoint_up', type: 'gauge', help: 'An endpoint of a site could be reached when it was last tried.', samples: up },
      { name: 'login_relay_endpoint_seconds', type: 'gauge', help: 'How long a check of an endpoint takes, smoothed.', samples: times },
    ]
  }

  /** Looks no more at the endpoints of sites that have none any longer. */
  forget(hasNone: (siteId: string) => boolean): void {
    for (const [id, site] of this.#sites) {
      if (!hasNone(id)) continue
      this.#sites.delete(id)
      void site.stop()
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#sites.values()].map((site) => site.stop()))
  }

  #of(destination: EndpointSite): SiteEndpoints {
    let site = this.#sites.get(destination.id)
    if (site === undefined) {
      site = new SiteEndpoints(destination, this.#options.check, this.#options.rest)
      this.#sites.set(destination.id, site)
    }
    return site
  }
}

/** They serve the first of a site's origins; the others are reached as ever. */
function hasEndpoints(destination: Destination, origin: string): destination is EndpointSite {
  return destination.endpoints !== undefined && origin === destination.origins[0]
}

function isBegun(body: Way['body']): boolean {
  return body !== null && !Buffer.isBuffer(body) && (body.readableDidRead || body.destroyed)
}
