import { isIP } from 'node:net'

/**
 * A link of an invitation as it is given out. `url`: the portal's address. This machine is told by its name, at which passkeys work: at an
 * address they do not.
 */
export function linkAddress(url: string, token: string): string {
  const address = new URL(`/invite/${token}`, url)
  const host = address.hostname.replace(/^\[|\]$/g, '')
  if (address.protocol === 'http:' && isIP(host) !== 0 && (host.startsWith('127.') || host === '::1')) address.hostname = 'localhost'
  return address.href
}
