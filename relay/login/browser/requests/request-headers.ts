import type { Part } from '../../../outbound/index.ts'
import { headerParts } from '../../session-header.ts'
import type { PageRequest } from './page-request.ts'

/** Says what it is, in the form that sites which look for a browser accept. */
export const userAgent = 'Mozilla/5.0 (compatible; login-relay) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

const accepts = {
  page: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  image: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  json: 'application/json, text/plain, */*',
} as const

type Header = readonly [name: string, value: string | readonly Part[]]

/** The header fields a browser sends with such a request. */
export function requestHeaders(request: PageRequest, cookie: string): Header[] {
  const { method, url, contentType, referrer, accept = 'page', authorization, isOriginHidden, fields = [] } = request
  const headers: Header[] = [
    ['user-agent', userAgent],
    ['accept', accepts[accept]],
    ['accept-language', 'en-US,en;q=0.9'],
  ]
  if (accept === 'page') headers.push(['upgrade-insecure-requests', '1'])
  if (contentType !== undefined) headers.push(['content-type', contentType])
  if (method === 'POST') headers.push(['origin', isOriginHidden ? 'null' : originFor(referrer ?? url, url)])
  const referer = referrer === undefined ? undefined : refererFor(referrer, url)
  if (referer !== undefined) headers.push(['referer', referer])
  if (cookie !== '') headers.push(['cookie', cookie])
  const credentials = authorization === undefined ? undefined : headerParts({ name: 'authorization', value: authorization }, cookie)
  if (credentials !== undefined) headers.push(['authorization', credentials])
  const own = new Set(fields.map(([name]) => name.toLowerCase()))
  return [...headers.filter(([name]) => !own.has(name)), ...fields]
}

/** Fetch standard, section 3.2: not from a page with TLS to one without. */
function originFor(from: URL, to: URL): string {
  return from.protocol === 'https:' && to.protocol !== 'https:' ? 'null' : from.origin
}

/** strict-origin-when-cross-origin, the policy browsers have by default. */
function refererFor(from: URL, to: URL): string | undefined {
  if (from.protocol === 'https:' && to.protocol !== 'https:') return undefined
  if (from.origin !== to.origin) return `${from.origin}/`
  const referer = new URL(from)
  referer.hash = ''
  referer.username = ''
  referer.password = ''
  return referer.href
}
