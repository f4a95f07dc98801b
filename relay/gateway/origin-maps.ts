import type { Site } from '../accounts/index.ts'
import { createOriginMap, type OriginMap } from './rewrite/origin-map.ts'

/** The map of each site at each of its account's hosts, made once: a site that changes is another object. */
class OriginMaps {
  readonly #maps = new WeakMap<Site, Map<string, OriginMap>>()

  of(site: Site, pairs: readonly (readonly [site: string, gateway: string])[]): OriginMap {
    const key = pairs[0]?.[1] ?? ''
    const ofSite = this.#maps.get(site) ?? new Map<string, OriginMap>()
    this.#maps.set(site, ofSite)
    const map = ofSite.get(key) ?? createOriginMap(pairs)
    ofSite.set(key, map)
    return map
  }
}

export const originMaps = new OriginMaps()
