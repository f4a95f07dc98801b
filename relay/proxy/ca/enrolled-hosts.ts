import { isPublicSuffix } from '../../../config/index.ts'
import type { Site } from '../../accounts/index.ts'

/**
 * The hosts whose TLS the relay may terminate: those of enrolled https origins, the gateway's domain, and the proxy's own host; sorted, addresses without brackets.
 * A public suffix is never among them (the configuration refuses it for the domain): its constraint would cover every name below it.
 */
export function enrolledHosts(sites: readonly Pick<Site, 'origins'>[], ownDomain?: string, ownHost?: string): string[] {
  const hosts = new Set<string>([ownDomain, ownHost].filter((host) => host !== undefined))
  for (const site of sites) {
    for (const origin of site.origins) {
      if (!origin.startsWith('https://')) continue
      const host = bareHost(new URL(origin).hostname)
      if (!isPublicSuffix(host)) hosts.add(host)
    }
  }
  return [...hosts].sort()
}

/** An address without the brackets of a URL. */
export function bareHost(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host
}
