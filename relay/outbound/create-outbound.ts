import { RelayError } from '../errors.ts'
import { createAgent } from './agent.ts'
import { EndpointRoutes } from './connections/endpoint-routes.ts'
import { connectTimeout, opensOrigin } from './connections/open-origin.ts'
import { createPools } from './connections/pools.ts'
import type { Destination, ForwardRequest, Outbound } from './contract.ts'
import { networkOf } from './destinations/destination-rule.ts'
import { readHost } from './destinations/host.ts'
import { createOwnListeners } from './destinations/own-listeners.ts'
import { classifyHost, type Lookup, lookUpBySystem, resolveDestination } from './destinations/resolve.ts'
import { createTrust } from './destinations/trust.ts'
import { checkAddresses } from './endpoints/check-addresses.ts'
import { checkEndpoint } from './endpoints/check-endpoint.ts'
import type { ExchangeRequest, ExchangeResult } from './exchange/exchange.ts'
import { headerPairs } from './exchange/header-pairs.ts'
import { siteError } from './exchange/site-error.ts'
import { DigestNonces } from './secrets/digest-nonces.ts'
import { fillHeaders, type OpenSecret, slotsOf } from './secrets/fill.ts'
import { SlotFiller, type SlotTools } from './secrets/slot-filler.ts'
import { TotpCodes } from './secrets/totp.ts'
import { Opener, type UpstreamSettings } from './upstream/opener.ts'

export interface OutboundOptions {
  /** The value of a secret for an origin; throws `secret_refused`. */
  readonly openSecret: OpenSecret
  readonly lookup?: Lookup
  /** Default: the direct way. */
  readonly upstream?: UpstreamSettings
}

/** An hour without a request to a site, and its endpoints are no longer looked at. Milliseconds. */
const endpointRest = 3_600_000

export function createOutbound({ openSecret, lookup = lookUpBySystem, upstream = { resolve: 'relay', env: {} } }: OutboundOptions): Outbound {
  const own = createOwnListeners()
  const trust = createTrust()
  const opener = new Opener({ lookup, own, trust, upstream })
  const pools = createPools({ opener, trust })
  const routes = new EndpointRoutes({
    pools,
    rest: endpointRest,
    check(site, endpoint, signal) {
      const [origin = ''] = site.origins
      // A connection of its own, with nothing resumed: each time the certificate is looked at.
      const open = opensOrigin({ opener, trust }, site, origin, endpoint)
      return checkEndpoint({ site: site.id, origin, path: site.health?.path, open: (until) => open(false, until), signal })
    },
  })

  const tools: SlotTools = { openSecret, nonces: new DigestNonces(), codes: new TotpCodes() }
  const { fill } = new SlotFiller(tools)

  /** Never throws. No promise of its own where none is needed: every request of the proxy comes by here. */
  const toSite = (destination: Destination, request: ForwardRequest, upgrade?: string): Promise<ExchangeResult> => {
    try {
      checkTarget(destination, request)
      const sent = toSiteOnce(destination, request, upgrade)
      return request.headers.some(isSlotted) ? sent.then((first) => againIfStale(destination, request, upgrade, first)) : sent
    } catch (error) {
      return Promise.reject(error)
    }
  }

  const againIfStale = (
    destination: Destination,
    request: ForwardRequest,
    upgrade: string | undefined,
    first: ExchangeResult,
  ): ExchangeResult | Promise<ExchangeResult> => {
    const slots = request.headers.flatMap((value) => (typeof value === 'string' ? [] : slotsOf(value)))
    const isStale = slots.length > 0 && tools.nonces.answered(slots, request.origin, first.status, headerPairs(first.headers))
    // A body that was streamed is gone: whoever sent it learns that the session has to be renewed.
    if (!isStale || (request.body !== null && !Buffer.isBuffer(request.body))) return first
    first.body.destroy()
    return toSiteOnce(destination, request, upgrade)
  }

  const toSiteOnce = (
    destination: Destination,
    { method, path, origin, signal, body, takesTrailers = false, trailers, onEarlyHints, route, headers: given }: ForwardRequest,
    upgrade?: string,
  ): Promise<ExchangeResult> => {
    const headers = fillHeaders(given, { origin, method, path }, fill)
    // A stream of events may be silent for long; a dead connection is found by TCP keep-alive.
    const written: ExchangeRequest = { method, path, headers, body, bodyTimeout: 0, takesTrailers, trailers, upgrade }
    const options = { site: destination.id, signal, onEarlyHints }
    if (destination.endpoints === undefined) return pools.of(destination, origin).exchange(written, options)
    return routes.send(destination, origin, { route, body }, (connections) => connections.exchange(written, options))
  }

  return {
    async start() {},
    async stop() {
      await routes.stop()
      await pools.close()
    },
    agent: (destination, { newSecret, route } = {}) => createAgent({ destination, routes, route, newSecret, ...tools }),
    forward: (destination, request) => toSite(destination, request),
    async upgrade(destination, request) {
      const response = await toSite(destination, withoutUpgrade(request), upgradeOf(request))
      return response.socket === undefined ? { response } : { response, socket: response.socket }
    },

    prepare(destination, origin) {
      // Which of several endpoints it will be is for the request to choose.
      if (destination.origins.includes(origin) && destination.endpoints === undefined) pools.of(destination, origin).prepare()
    },

    async connect(host, port, signal) {
      const target = readHost(host)
      checkTunnelPort(host, port)
      try {
        const untilTimeout = AbortSignal.timeout(connectTimeout)
        const untilEither = signal === undefined ? untilTimeout : AbortSignal.any([signal, untilTimeout])
        return await opener.open({ host: target, port, rule: { kind: 'tunnel' }, signal: untilEither })
      } catch (error) {
        throw signal?.aborted ? signal.reason : siteError(host, error)
      }
    },

    async networksOf(host, wanted) {
      const target = readHost(host)
      try {
        if (wanted !== undefined) {
          const { port, networks, isElsewhere = false } = wanted
          const rule = { kind: 'site', networks, isLiteral: target.isAddress, isElsewhere } as const
          await resolveDestination(target, port, rule, { lookup, own, signal: AbortSignal.timeout(connectTimeout) })
        }
        const networks = (await classifyHost(target, lookup, AbortSignal.timeout(connectTimeout))).map((address) => {
          const network = networkOf(address, target.isAddress)
          if (network === undefined) throw new RelayError('destination_refused', { params: { host, reason: `it is ${address.words}` } })
          return network
        })
        return [...new Set(networks)]
      } catch (error) {
        // A name that only the proxy can look up leads outside.
        if (upstream.resolve === 'proxy' && !target.isAddress && !(error instanceof RelayError)) return ['public']
        throw siteError(host, error)
      }
    },

    checkEndpoints(destination) {
      const way = destination.upstreamProxy ?? upstream.proxy ?? 'direct'
      const looksUp = upstream.resolve === 'relay' || way === 'direct'
      return checkAddresses(destination, { lookup, own, signal: AbortSignal.timeout(connectTimeout), looksUp })
    },
    endpointStates: (destination) => routes.states(destination),
    forgetEndpoints: (hasNone) => routes.forget(hasNone),
    families: () => routes.families(),
    refuseOwn: (addresses) => own.set(addresses),
  }
}

function isSlotted(value: ForwardRequest['headers'][number]): boolean {
  return typeof value !== 'string'
}

/** RFC 9112 section 3.2.1: origin form. An absolute target would let the client name another host than the origin checked here. */
function checkTarget(destination: Destination, { origin, path }: ForwardRequest): void {
  if (!destination.origins.includes(origin)) {
    throw new RelayError('destination_refused', { params: { host: origin, reason: `it is not an address of the site ${destination.id}` } })
  }
  if (!path.startsWith('/')) throw new RelayError('bad_request', { params: { problem: 'its target does not begin with a slash' } })
}

/** RFC 9110 section 9.3.6: a tunnel to the mail port makes an open mail relay of the proxy. */
function checkTunnelPort(host: string, port: number): void {
  if (Number.isInteger(port) && port > 0 && port < 65_536 && port !== 25) return
  throw new RelayError('destination_refused', { params: { host, reason: port === 25 ? 'port 25 is for mail servers' : 'that is not a port' } })
}

function upgradeOf(request: ForwardRequest): string {
  for (let index = 0; index + 1 < request.headers.length; index += 2) {
    const [name, value] = [request.headers[index], request.headers[index + 1]]
    if (typeof name === 'string' && name.toLowerCase() === 'upgrade' && typeof value === 'string') return value
  }
  return 'websocket'
}

/** `connection` and `upgrade` are written anew for this connection (RFC 9110 section 7.6.1). */
function withoutUpgrade(request: ForwardRequest): ForwardRequest {
  const headers: ForwardRequest['headers'][number][] = []
  for (let index = 0; index + 1 < request.headers.length; index += 2) {
    const name = String(request.headers[index])
    if (!/^(?:connection|upgrade)$/i.test(name)) headers.push(name, request.headers[index + 1] ?? '')
  }
  return { ...request, headers, body: null }
}
