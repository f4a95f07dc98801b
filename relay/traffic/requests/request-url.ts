import type { Target } from './request-target.ts'

/** Addresses asked for lately: pages ask for the same ones again and again, and reading one costs more than all else that is done with it. */
const known = new Map<string, Readonly<URL>>()
const [mostKnown, longestKnown] = [1000, 256]

/** The address of a request, which nobody may change. One with a query or with parameters (`;`) is not kept: it seldom comes again, and may say what is nobody else's. */
export function requestUrl({ place, path }: Target): Readonly<URL> {
  const href = place.origin + path
  const present = known.get(href)
  if (present !== undefined) return present
  const url = new URL(href)
  if (href.length <= longestKnown && !path.includes('?') && !path.includes(';')) {
    if (known.size >= mostKnown) known.clear()
    known.set(href, url)
  }
  return url
}
