/** The name by which the proxy itself answers a browser that goes through it. No such top-level domain exists. */
export const setupHost = 'relay.pac'

/**
 * A proxy auto-configuration file: the proxy for these hosts and the setup page's, exactly those, and the direct way for all others. `proxy` as
 * such a file says it: `PROXY HOST:PORT`. IPv6 hosts stand without brackets, as browsers give them.
 */
export function pacFile(hosts: readonly string[], proxy: string): string {
  const all = [...new Set([setupHost, ...hosts])].sort()
  return `// The sites that this login-relay signs in to; every other host is reached directly.
var hosts = ${inScript(Object.fromEntries(all.map((host) => [host, 1])))};
function FindProxyForURL(url, host) {
  return Object.prototype.hasOwnProperty.call(hosts, host.toLowerCase()) ? ${inScript(proxy)} : "DIRECT";
}
`
}

/** The hosts of origins, as browsers give them to such a file. */
export function pacHosts(origins: readonly string[]): string[] {
  return origins.map((origin) => new URL(origin).hostname.replace(/^\[|\]$/g, ''))
}

/** JSON is a script's text too, but for two line separators that old engines end a string at. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (separator) => `\\u${separator.charCodeAt(0).toString(16)}`)
}
