import type { Site } from '../../../accounts/index.ts'
import { setupHost } from '../../../pac-file.ts'
import type { Target } from '../../../traffic/index.ts'

/**
 * The page is at the relay's own host, not in the place of the site's page: there a script of the site, a service worker or a page that
 * opened it could read it and choose in the person's name.
 */
export const chooserOrigin = `http://${setupHost}`
export const chooserPath = '/accounts'

/** Where a person chooses his account at this site; from there he comes back to the page he asked for. */
export function chooserAddress(site: Pick<Site, 'id'>, { place, path }: Target): string {
  // What a client sent as bare bytes stands here as latin1; in an address they are escaped as bytes.
  const escaped = path.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${chooserOrigin}${chooserPath}?${new URLSearchParams({ site: site.id, back: place.origin + escaped })}`
}

/** The page that he asked for, when it is one of this site's; anything else leads nowhere. Serialised: no byte of it ends a header's line. */
export function readBack(back: string | null, site: Pick<Site, 'origins'>): string | undefined {
  const url = back === null ? null : URL.parse(back)
  return url !== null && site.origins.includes(url.origin) && url.username === '' && url.password === '' ? url.href : undefined
}
