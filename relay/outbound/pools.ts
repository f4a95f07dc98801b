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
  /** Of nobody any longer. */
  isOver: boolean
  readonly ca: string | undefined
  readonly networks: string
  readonly upstreamProxy: string | undefined
}

interface Found {
  readonly origin: string
  readonly entry: Entry
  readonly ca: string | undefined
  readonly networks: Destination['networks']
  readonly upstreamProxy: string | undefined
}

export function createPools({ opener, trust }: { readonly opener: Opener; readonly trust: Trust }): Pools {
  const entries = new Map<string, Entry>()
  /** What was found last for a destination, and what it was then: every request comes by here, and nearly all with the same. */
  const found = new WeakMap<Destination, Found>()
  let isClosed = false

  /** Sites are few; probing makes more. The oldest that are idle go. */
  const forgetIdle = (): void => {
    for (const [key, entry] of entries) {
      if (entries.size < mostPools) return
      if (entry.connections.size > 0) continue
      entries.delete(key)
      end(entry)
    }
  }

  /** They finish what they are at. */
  const end = (entry: Entry): void => {
    entry.isOver = true
    entry.connections.close()
  }

  const find = (destination: Destination, origin: string, endpoint: Endpoint | undefined): Entry => {
    const key = endpoint === undefined ? `${destination.id} ${origin}` : `${destination.id} ${origin} ${endpoint.address}`
    const { ca, upstreamProxy } = destination
    const networks = destination.networks.join()
    const entry = entries.get(key)
    if (entry !== undefined && entry.ca === ca && entry.networks === networks && entry.upstreamProxy === upstreamProxy) return entry
    // The site was changed.
    if (entry !== undefined) end(entry)
    else forgetIdle()
    const connections = new SiteConnections(origin, opensOrigin({ opener, trust }, destination, origin, endpoint))
    const made = { connections, isOver: false, ca, networks, upstreamProxy }
    entries.set(key, made)
    return made
  }

  return {
    of(destination, origin, endpoint) {
      if (isClosed) throw new RelayError('site_down', { params: { site: destination.id, reason: 'the relay is being stopped' } })
      const last = endpoint === undefined ? found.get(destination) : undefined
      if (last !== undefined && last.origin === origin && !last.entry.isOver && isUnchanged(last, destination)) return last.entry.connections
      const entry = find(destination, origin, endpoint)
      const { ca, networks, upstreamProxy } = destination
      if (endpoint === undefined) found.set(destination, { origin, entry, ca, networks, upstreamProxy })
      return entry.connections
    },
    async close() {
      isClosed = true
      const all = [...entries.values()].map(({ connections }) => connections)
      entries.clear()
      await Promise.all(all.map((connections) => connections.destroy()))
    },
  }
}

function isUnchanged(last: Found, { ca, networks, upstreamProxy }: Destination): boolean {
  return last.networks === networks && last.ca === ca && last.upstreamProxy === upstreamProxy
}
