import { isIP } from 'node:net'

/** Is this host, as a URL gives it, an IP address? */
export function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0
}
