import { isIP } from 'node:net'

export interface HostFacts {
  /** The Host header. */
  readonly host: string | undefined
  /** Host of `portal.listen`, brackets kept. */
  readonly listenHost: string
  /** Host of the public address. */
  readonly publicHost: string
  /** The address of this machine that the connection came in at. */
  readonly localAddress: string | undefined
}

/**
 * Is this a name of the portal? A page of another name whose DNS answer was turned to this address (DNS rebinding) must not be answered.
 * Names count, not ports: a tunnel may lead here from another port, and an attacker's name stays refused.
 */
export function isOwnHost({ host, listenHost, publicHost, localAddress }: HostFacts): boolean {
  const name = hostName(host)
  if (name === undefined) return false
  if (name === 'localhost' || name === '127.0.0.1' || name === '[::1]') return true
  if (name === listenHost.toLowerCase() || name === publicHost.toLowerCase()) return true
  return localAddress !== undefined && name === bracketed(localAddress)
}

/** The host of a Host header (RFC 9110 section 7.2) in lower case; undefined when it is not one. */
export function hostName(host: string | undefined): string | undefined {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host ?? '')?.[1]
  return name?.toLowerCase()
}

function bracketed(address: string): string {
  const plain = address.replace(/^::ffff:/i, '')
  return isIP(plain) === 6 ? `[${plain}]` : plain
}
