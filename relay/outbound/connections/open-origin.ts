import type { Destination } from '../contract.ts'
import { readHost } from '../destinations/host.ts'
import type { Trust } from '../destinations/trust.ts'
import { portOf } from '../endpoints/check-addresses.ts'
import type { Endpoint } from '../endpoints/contract.ts'
import { readEndpointAddress } from '../endpoints/endpoint-address.ts'
import { unreached } from '../endpoints/unreached.ts'
import type { Opener } from '../upstream/opener.ts'
import type { OpenConnection } from './site-connections.ts'

/** Milliseconds for look-up, TCP and TLS together. */
export const connectTimeout = 10_000

/**
 * What opens connections to an origin of a destination, at its own address or at an endpoint's. The rules are for the address that is
 * connected to; the identity is the origin's, wherever it is served.
 */
export function opensOrigin(
  { opener, trust }: { readonly opener: Opener; readonly trust: Trust },
  destination: Destination,
  origin: string,
  endpoint?: Endpoint,
): OpenConnection {
  const url = new URL(origin)
  const isSecure = url.protocol === 'https:'
  // Each for what was offered: a session resumed is one in which the same may be agreed on.
  const sessions: { http1: Buffer | undefined; http2: Buffer | undefined } = { http1: undefined, http2: undefined }
  const open: OpenConnection = async (offersHttp2, signal = AbortSignal.timeout(connectTimeout)) => {
    const identity = readHost(url.hostname)
    const { host, port = portOf(url) } = endpoint === undefined ? { host: identity } : readEndpointAddress(endpoint.address)
    const { networks, isElsewhere = false } = destination
    const rule = { kind: 'site', networks, isLiteral: host.isAddress, isElsewhere } as const
    const kind = offersHttp2 ? 'http2' : 'http1'
    const onSession = (given: Buffer): void => {
      sessions[kind] = given
    }
    const protocols = offersHttp2 ? ['h2', 'http/1.1'] : ['http/1.1']
    const tls = { context: trust.context(destination.ca), session: sessions[kind], onSession, protocols, identity }
    const { upstreamProxy } = destination
    return opener.open({ host, port, rule, upstreamProxy, signal, ...(isSecure ? { tls } : {}) })
  }
  if (endpoint === undefined) return open
  return (...wanted) => open(...wanted).catch((error) => Promise.reject(unreached(destination.id, error)))
}
