import { type buildConnector, Pool } from 'undici'
import { RelayError } from '../errors.ts'
import type { Destination } from './contract.ts'
import { readHost } from './host.ts'
import { SiteClient } from './site-client.ts'
import type { Trust } from './trust.ts'
import type { Opener } from './upstream/opener.ts'

/** Milliseconds for look-up, TCP and TLS together. */
export const connectTimeout = 10_000
const headersTimeout = 120_000
const mostPools = 256

/** Kept-alive connections to sites: a pool for each site, origin, CA, set of networks and way there. */
export interface Pools {
  /** The pool for an origin of this destination. The rules are checked again for every connection it opens. */
  of(destination: Destination, origin: string): Pool
  close(): Promise<void>
}

interface Entry {
  readonly pool: Pool
  readonly ca: string | undefined
  readonly networks: string
  readonly upstreamProxy: string | undefined
}

export function createPools({ opener, trust }: { readonly opener: Opener; readonly trust: Trust }): Pools {
  const entries = new Map<string, Entry>()
  let isClosed = false

  /** Sites are few; probing makes more. The oldest that are idle go. */
  const forgetIdle = (): void => {
    for (const [key, { pool }] of entries) {
      if (entries.size < mostPools) return
      if (pool.stats.size > 0) continue
      entries.delete(key)
      void pool.close()
    }
  }

  return {
    of(destination, origin) {
      if (isClosed) throw new RelayError('site_down', { params: { site: destination.id, reason: 'the relay is being stopped' } })
      const key = `${destination.id} ${origin}`
      const { ca, upstreamProxy } = destination
      const networks = destination.networks.join()
      const entry = entries.get(key)
      if (entry !== undefined && entry.ca === ca && entry.networks === networks && entry.upstreamProxy === upstreamProxy) return entry.pool
      // The site was changed: its connections of before finish what they are at.
      if (entry !== undefined) void entry.pool.close()
      else forgetIdle()
      const pool = new Pool(origin, {
        connect: connector(destination, origin),
        factory: (url, options) => new SiteClient(url, options as ConstructorParameters<typeof SiteClient>[1]),
        pipelining: 1,
        allowH2: false,
        headersTimeout,
        maxHeaderSize: 65_536,
      })
      entries.set(key, { pool, ca, networks, upstreamProxy })
      return pool
    },
    async close() {
      isClosed = true
      const pools = [...entries.values()].map(({ pool }) => pool)
      entries.clear()
      await Promise.all(pools.map((pool) => pool.destroy()))
    },
  }

  function connector(destination: Destination, origin: string): buildConnector.connector {
    const { hostname, protocol, port } = new URL(origin)
    const isSecure = protocol === 'https:'
    const portNumber = port === '' ? (isSecure ? 443 : 80) : Number(port)
    let session: Buffer | undefined
    const keepSession = (given: Buffer) => {
      session = given
    }
    const open = async () => {
      const host = readHost(hostname)
      const rule = { kind: 'site', networks: destination.networks, isLiteral: host.isAddress } as const
      const signal = AbortSignal.timeout(connectTimeout)
      const tls = { context: trust.context(destination.ca), session, onSession: keepSession }
      const { upstreamProxy } = destination
      return opener.open({ host, port: portNumber, rule, upstreamProxy, signal, ...(isSecure ? { tls } : {}) })
    }
    return (_options, callback) => {
      open().then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      )
    }
  }
}
