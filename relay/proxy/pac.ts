import type { Site } from '../accounts/index.ts'
import { setupHost } from './setup/setup-host.ts'

/**
 * The proxy auto-configuration file: the proxy for enrolled hosts, exactly those and the setup page's, and the direct way for all others.
 * `proxyAddress`: HOST:PORT as terminals reach it; `scheme`: what the proxy itself speaks there.
 */
export function pacFile(sites: readonly Pick<Site, 'origins'>[], proxyAddress: string, scheme: 'http' | 'https' = 'http'): string {
  const origins = sites.flatMap((site) => site.origins)
  // Browsers give an IPv6 address without its brackets.
  const hosts = [...new Set([setupHost, ...origins.map((origin) => new URL(origin).hostname.replace(/^\[|\]$/g, ''))])].sort()
  return `// The sites that this login-relay signs in to; every other host is reached directly.
var hosts = ${inScript(Object.fromEntries(hosts.map((host) => [host, 1])))};
function FindProxyForURL(url, host) {
  return Object.prototype.hasOwnProperty.call(hosts, host.toLowerCase()) ? ${inScript(`${scheme === 'https' ? 'HTTPS' : 'PROXY'} ${proxyAddress}`)} : "DIRECT";
}
`
}

/** JSON is a script's text too, but for two line separators that old engines end a string at. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (separator) => `\\u${separator.charCodeAt(0).toString(16)}`)
}
