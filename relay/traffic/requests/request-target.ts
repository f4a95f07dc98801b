import { type Destined, destined, namesSameHost, readAuthority } from './authority.ts'

/** Where a request wants to go. */
export interface Target {
  readonly place: Destined
  /** Path and query as the client sent them. */
  readonly path: string
}

const absolute = /^http:\/\/([^/?]*)(.*)$/i
/** RFC 9112 3.2 has none in a target: some servers end it there, others take the rest for more of the path or the query. */
const fragment = 'its target has a fragment'
/** Places seen lately, by the authority as written; the clients of a relay go to few. */
const places = new Map<string, Destined>()
const maxPlaces = 1000

/** A request to the proxy itself: absolute-form (RFC 9112 3.2.2). A string says why it is refused. */
export function readAbsoluteTarget(url: string, host: string | undefined): Target | string {
  if (url.includes('#')) return fragment
  const parts = absolute.exec(url)
  if (parts === null) return refusalFor(url)
  const place = placeOf(parts[1] as string)
  if (place === undefined) return 'the host in its target is not a host'
  // RFC 9112 3.2.2 lets a proxy replace Host; one that names another host is an attempt to be read twice.
  if (host !== undefined && !namesSameHost(host, place)) return 'its target and its Host field name different hosts'
  const rest = parts[2] as string
  return { place, path: rest.startsWith('/') ? rest : `/${rest}` }
}

/** A request inside an intercepted tunnel: origin-form, or absolute-form that names the same place. */
export function readTunnelTarget(url: string, host: string | undefined, place: Destined): Target | string {
  if (url.includes('#')) return fragment
  if (host !== undefined && !namesSameHost(host, place)) return 'its Host field names another host than the tunnel'
  if (url.startsWith('/')) return { place, path: url }
  const prefix = `${place.scheme}://`
  if (!url.toLowerCase().startsWith(prefix)) return refusalFor(url)
  const end = url.slice(prefix.length).search(/[/?]/)
  const authority = end < 0 ? url.slice(prefix.length) : url.slice(prefix.length, prefix.length + end)
  if (!namesSameHost(authority, place)) return 'its target names another host than the tunnel'
  const rest = end < 0 ? '' : url.slice(prefix.length + end)
  return { place, path: rest.startsWith('/') ? rest : `/${rest}` }
}

function refusalFor(url: string): string {
  if (url === '*') return 'the target * reaches no site through a proxy'
  if (url.startsWith('/')) return 'this is a proxy: its target is no absolute address'
  if (/^https:/i.test(url)) return 'an https address is reached through CONNECT'
  return 'its target is not an http address'
}

function placeOf(text: string): Destined | undefined {
  const known = places.get(text)
  if (known !== undefined) return known
  const authority = readAuthority(text, 80)
  if (authority === undefined) return undefined
  if (places.size >= maxPlaces) places.clear()
  const place = destined('http', authority)
  places.set(text, place)
  return place
}
