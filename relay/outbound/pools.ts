import { RelayError } from '../errors.ts'
import type { Destination } from './contract.ts'
import type { Endpoint } from './endpoints/contract.ts'
import { opensOrigin } from './open-origin.ts'
import { SiteConnections } from './site-connections.ts'
import type { Trust } from './trust.ts'
import type { Opener } from './upstream/opener.ts'

const mostPools = 256

/** Kept-alive connections to sites: a set for each site, origin, endpoint, CA, set of networks and way there. */
export interface Pools {
  /** The connections to an origin of this destination, at this endpoint of it. The rules are checked again for every one that is opened. */
  of(destination: Destination, origin: string, endpoint?: Endpoint): SiteConnections
  close(): Promise<void>
}

interface Entry {
  readonly connections: SiteConnections
  readonly ca: string | undefined
  readonly networks: string
  readonly upstreamProxy: string | undefined
}

export function createPools({ opener, trust }: { readonly opener: Opener; readonly trust: Trust }): Pools {
  const entries = new Map<string, Entry>()
  let isClosed = false

  /** Sites are few; probing makes more. The oldest that are idle go. */
  const forgetIdle = (): void => {
    for (const [key, { connections }] of entries) {
      if (entries.size < mostPools) return
      if (connections.size > 0) continue
      entries.delete(key)
      connections.close()
    }
  }

  return {
    of(destination, origin, endpoint) {
      if (isClosed) throw new RelayError('site_down', { params: { site: destination.id, reason: 'the relay is being stopped' } })
      const key = endpoint === undefined ? `${destination.id} ${origin}` : `${destination.id} ${origin} ${endpoint.address}`
      const { ca, upstreamProxy } = destination
      const networks = destination.networks.join()
      const entry = entries.get(key)
      if (entry !== undefined && entry.ca === ca && entry.networks === networks && entry.upstreamProxy === upstreamProxy) return entry.connections
      // The site was changed: its connections of before finish what they are at.
      if (entry !== undefined) entry.connections.close()
      else forgetIdle()
      const connections = new SiteConnections(origin, opensOrigin({ opener, trust }, destination, origin, endpoint))
      entries.set(key, { connections, ca, networks, upstreamProxy })
      return connections
    },
    async close() {
      isClosed = true
      const all = [...entries.values()].map(({ connections }) => connections)
      entries.clear()
      await Promise.all(all.map((connections) => connections.destroy()))
    },
  }
}
