import type { Socket } from 'node:net'
import { classifyAddress } from '../destinations/address-class.ts'
import type { DestinationRule } from '../destinations/destination-rule.ts'
import { type DialOptions, dial } from '../destinations/dial.ts'
import { type Host, readHost } from '../destinations/host.ts'
import type { OwnListeners } from '../destinations/own-listeners.ts'
import { type Lookup, resolveDestination } from '../destinations/resolve.ts'
import type { Trust } from '../destinations/trust.ts'
import { connectByHttp } from './http-connect.ts'
import { connectBySocks } from './socks5.ts'
import { failed, nameOf, readUpstreamProxy, type UpstreamProxy } from './upstream-proxy.ts'

/** How connections leave the network that the relay is in. */
export interface UpstreamSettings {
  /** For everything public, unless a site says otherwise. */
  readonly proxy?: string | undefined
  /** Who looks names up that are reached by a proxy. With `proxy` the destination rules see names alone. */
  readonly resolve: 'relay' | 'proxy'
  readonly env: NodeJS.ProcessEnv
}

export interface OpenerOptions {
  readonly lookup: Lookup
  readonly own: OwnListeners
  readonly trust: Trust
  readonly upstream: UpstreamSettings
}

/** A connection that is wanted. */
export interface Wanted {
  readonly host: Host
  readonly port: number
  readonly rule: DestinationRule
  /** The site's own choice; undefined: as all. */
  readonly upstreamProxy?: string | undefined
  readonly signal: AbortSignal
  readonly tls?: DialOptions['tls']
}

/** A proxy may be anywhere but at the relay itself. */
const proxyRule: DestinationRule = { kind: 'site', networks: ['public', 'private', 'loopback'], isLiteral: true }

/** Opens connections to where the rules let them go, directly or by a proxy. */
export class Opener {
  readonly #options: OpenerOptions

  constructor(options: OpenerOptions) {
    this.#options = options
  }

  async open({ host, port, rule, upstreamProxy, signal, tls }: Wanted): Promise<Socket> {
    const { lookup, own, upstream } = this.#options
    const isOwnChoice = upstreamProxy !== undefined
    const proxy = readUpstreamProxy(upstreamProxy ?? upstream.proxy ?? 'direct', upstream.env)
    const toTls = tls === undefined ? {} : { tls }
    if (proxy !== undefined && upstream.resolve === 'proxy' && !host.isAddress && (isOwnChoice || isForPublic(rule))) {
      return dial({ host, port, addresses: [], signal, through: await this.#tunnel(proxy, host.name, port, signal), ...toTls })
    }
    const addresses = await resolveDestination(host, port, rule, { lookup, own, signal })
    // What is inside is reached from inside: there a proxy that leads outward would find another host, or none.
    const isInside = addresses.every(({ address }) => classifyAddress(address).class !== 'public')
    if (proxy === undefined || (isInside && !isOwnChoice)) return dial({ host, port, addresses, signal, ...toTls })
    const through = await this.#firstOf(addresses, (address) => this.#tunnel(proxy, address, port, signal), signal)
    return dial({ host, port, addresses, signal, through, ...toTls })
  }

  /** The checked addresses in turn: the proxy is told an address, never the name, so it cannot be led elsewhere (rebinding). */
  async #firstOf(addresses: readonly { readonly address: string }[], open: (address: string) => Promise<Socket>, signal: AbortSignal): Promise<Socket> {
    let last: unknown
    for (const { address } of addresses.slice(0, mostAddresses)) {
      try {
        return await open(address)
      } catch (error) {
        if (signal.aborted) throw error
        last = error
      }
    }
    throw last
  }

  async #tunnel(proxy: UpstreamProxy, target: string, port: number, signal: AbortSignal): Promise<Socket> {
    const socket = await this.#reach(proxy, signal)
    const wanted = { target, port, signal }
    return proxy.scheme === 'socks5' ? connectBySocks(socket, proxy, wanted) : connectByHttp(socket, proxy, wanted)
  }

  async #reach(proxy: UpstreamProxy, signal: AbortSignal): Promise<Socket> {
    const { lookup, own, trust } = this.#options
    try {
      const host = readHost(proxy.host)
      const addresses = await resolveDestination(host, proxy.port, proxyRule, { lookup, own, signal })
      const tls = { context: trust.context(undefined), session: undefined, onSession: () => {} }
      return await dial({ host, port: proxy.port, addresses, signal, ...(proxy.scheme === 'https' ? { tls } : {}) })
    } catch (error) {
      throw signal.aborted ? error : failed(nameOf(proxy), 'it cannot be reached', error)
    }
  }
}

const mostAddresses = 3

function isForPublic(rule: DestinationRule): boolean {
  return rule.kind === 'tunnel' || rule.networks.includes('public')
}
