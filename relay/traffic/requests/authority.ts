/** A host and port as RFC 3986 3.2.2 and 3.2.3 have them, in the form in which origins are serialised. */
export interface Authority {
  /** Lower case, A-labels, an IPv6 address in brackets. */
  readonly host: string
  readonly port: number
}

// No userinfo, no percent-encoding, no empty host or port: nothing that one reader skips and another does not.
const shape = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/

/** Undefined when it is not `host` or `host:port`. Several spellings of one address give one result. */
export function readAuthority(text: string, defaultPort: number): Authority | undefined {
  if (!shape.test(text)) return undefined
  const colon = text.lastIndexOf(':')
  const hasPort = colon > text.lastIndexOf(']')
  const url = URL.parse(`http://${hasPort ? text.slice(0, colon) : text}/`)
  if (url === null) return undefined
  const port = hasPort && colon > 0 ? Number(text.slice(colon + 1)) : defaultPort
  return port >= 1 && port <= 65_535 ? { host: url.hostname, port } : undefined
}

export type Scheme = 'http' | 'https'

const defaultPorts = { http: 80, https: 443 }

/** Where a request goes: what is looked up and sent for every request, made once. */
export interface Destined {
  readonly scheme: Scheme
  readonly host: string
  readonly port: number
  /** Serialised (RFC 6454). */
  readonly origin: string
  /** The value of the Host field. */
  readonly authority: string
}

export function destined(scheme: Scheme, { host, port }: Authority): Destined {
  const authority = port === defaultPorts[scheme] ? host : `${host}:${port}`
  return { scheme, host, port, origin: `${scheme}://${authority}`, authority }
}

/** Does this Host field name that destination? RFC 9110 7.2: the port may be left out when it is the scheme's own. */
export function namesSameHost(hostField: string, place: Destined): boolean {
  if (hostField === place.authority) return true
  const given = readAuthority(hostField, defaultPorts[place.scheme])
  return given !== undefined && given.host === place.host && given.port === place.port
}
