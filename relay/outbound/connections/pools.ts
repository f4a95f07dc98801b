import { RelayError } from '../../errors.ts'
import type { Destination } from '../contract.ts'
import type { Trust } from '../destinations/trust.ts'
import type { Endpoint } from '../endpoints/contract.ts'
import type { Opener } from '../upstream/opener.ts'
import { opensOrigin } from './open-origin.ts'
import { SiteConnections } from './site-connections.ts'

const mostPools = 256

/** Kept-alive connections to sites: a set for each site, origin, endpoint, CA, reach and way there. */
export interface Pools {
  /** The connections to an origin of this destination, at this endpoint of it. The rules are checked again for every one that is opened. */
  of(destination: Destination, origin: string, endpoint?: Endpoint): SiteConnections
  close(): Promise<void>
}

/** What of a destination its connections were opened under: they are not for one of which it is otherwise. */
interface Terms {
  readonly ca: string | undefined
  readonly networks: Destination['networks']
  readonly upstreamProxy: string | undefined
  readonly isElsewhere: boolean
}

interface Entry {
  readonly connections: SiteConnections
  /** Of nobody any longer. */
  isOver: boolean
  readonly terms: Terms
}

interface Found {
  readonly origin: string
  readonly entry: Entry
  readonly terms: Terms
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
    const entry = entries.get(key)
    if (entry !== undefined && areSame(entry.terms, destination)) return entry
    // The site was changed.
    if (entry !== undefined) end(entry)
    else forgetIdle()
    const connections = new SiteConnections(origin, opensOrigin({ opener, trust }, destination, origin, endpoint))
    const made = { connections, isOver: false, terms: termsOf(destination) }
    entries.set(key, made)
    return made
  }

  return {
    of(destination, origin, endpoint) {
      if (isClosed) throw new RelayError('site_down', { params: { site: destination.id, reason: 'the relay is being stopped' } })
      const last = endpoint === undefined ? found.get(destination) : undefined
      if (last !== undefined && last.origin === origin && !last.entry.isOver && areSame(last.terms, destination)) return last.entry.connections
      const entry = find(destination, origin, endpoint)
      if (endpoint === undefined) found.set(destination, { origin, entry, terms: termsOf(destination) })
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

function termsOf({ ca, networks, upstreamProxy, isElsewhere = false }: Destination): Terms {
  return { ca, networks, upstreamProxy, isElsewhere }
}

function areSame(terms: Terms, { ca, networks, upstreamProxy, isElsewhere = false }: Destination): boolean {
  const isNear = terms.ca === ca && terms.upstreamProxy === upstreamProxy && terms.isElsewhere === isElsewhere
  return isNear && (terms.networks === networks || terms.networks.join() === networks.join())
}
