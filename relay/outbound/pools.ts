import { RelayError } from '../errors.ts'
import type { Destination } from './contract.ts'
import { readHost } from './host.ts'
import { type OpenConnection, SiteConnections } from './site-connections.ts'
import type { Trust } from './trust.ts'
import type { Opener } from './upstream/opener.ts'

/** Milliseconds for look-up, TCP and TLS together. */
export const connectTimeout = 10_000
const mostPools = 256

/** Kept-alive connections to sites: a set for each site, origin, CA, set of networks and way there. */
export interface Pools {
  /** The connections to an origin of this destination. The rules are checked again for every one that is opened. */
  of(destination: Destination, origin: string): SiteConnections
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
    of(destination, origin) {
      if (isClosed) throw new RelayError('site_down', { params: { site: destination.id, reason: 'the relay is being stopped' } })
      const key = `${destination.id} ${origin}`
      const { ca, upstreamProxy } = destination
      const networks = destination.networks.join()
      const entry = entries.get(key)
      if (entry !== undefined && entry.ca === ca && entry.networks === networks && entry.upstreamProxy === upstreamProxy) return entry.connections
      // The site was changed: its connections of before finish what they are at.
      if (entry !== undefined) entry.connections.close()
      else forgetIdle()
      const connections = new SiteConnections(origin, openerOf(destination, origin))
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

  function openerOf(destination: Destination, origin: string): OpenConnection {
    const { hostname, protocol, port } = new URL(origin)
    const isSecure = protocol === 'https:'
    const portNumber = port === '' ? (isSecure ? 443 : 80) : Number(port)
    // Each for what was offered: a session resumed is one in which the same may be agreed on.
    const sessions: { http1: Buffer | undefined; http2: Buffer | undefined } = { http1: undefined, http2: undefined }
    return async (offersHttp2) => {
      const host = readHost(hostname)
      const rule = { kind: 'site', networks: destination.networks, isLiteral: host.isAddress } as const
      const signal = AbortSignal.timeout(connectTimeout)
      const kind = offersHttp2 ? 'http2' : 'http1'
      const onSession = (given: Buffer): void => {
        sessions[kind] = given
      }
      const protocols = offersHttp2 ? ['h2', 'http/1.1'] : ['http/1.1']
      const tls = { context: trust.context(destination.ca), session: sessions[kind], onSession, protocols }
      const { upstreamProxy } = destination
      return opener.open({ host, port: portNumber, rule, upstreamProxy, signal, ...(isSecure ? { tls } : {}) })
    }
  }
}
