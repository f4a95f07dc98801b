import { isIP } from 'node:net'

/** Is this host, as a URL gives it, an IP address? */
export function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0
}

/** Where browsers keep and send Secure cookies: over TLS, and within the machine (Secure Contexts, section 3.1). */
export function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
