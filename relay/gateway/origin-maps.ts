import type { Site } from '../accounts/index.ts'
import { authorityOf, type Domain, originPairs } from './account-hosts.ts'
import { createOriginMap, type OriginMap } from './rewrite/origin-map.ts'

/** The map of each site at each of its account's hosts, made once: a site that changes is another object. */
class OriginMaps {
  readonly #maps = new WeakMap<Site, Map<string, OriginMap>>()

  of(site: Site, label: string, domain: Domain): OriginMap {
    const key = authorityOf(domain, { label, origin: 0 })
    const ofSite = this.#maps.get(site) ?? new Map<string, OriginMap>()
    this.#maps.set(site, ofSite)
    const map = ofSite.get(key) ?? createOriginMap(originPairs(site, label, domain))
    ofSite.set(key, map)
    return map
  }
}

export const originMaps = new OriginMaps()
