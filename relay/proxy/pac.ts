import type { Site } from '../accounts/index.ts'
import { pacFile as fileFor, pacHosts } from '../pac-file.ts'

/** The PAC file for these sites. `proxyAddress`: HOST:PORT as terminals reach the proxy; `scheme`: what the proxy itself speaks there. */
export function pacFile(sites: readonly Pick<Site, 'origins'>[], proxyAddress: string, scheme: 'http' | 'https' = 'http'): string {
  return fileFor(pacHosts(sites.flatMap((site) => site.origins)), `${scheme === 'https' ? 'HTTPS' : 'PROXY'} ${proxyAddress}`)
}
