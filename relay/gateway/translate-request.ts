import type { RequestHead } from '../traffic/index.ts'
import { escapeRegExp, type OriginMap } from './rewrite/origin-map.ts'
import { readableEncodings } from './rewrite/rewrite-body.ts'

/** Written by who stands before the gateway: they tell its addresses, and the site's page did not write them. */
const notPassed = new Set(['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-server', 'forwarded', 'x-original-host', 'x-real-ip'])

/** The request as the site would have had it from a browser at its own origin. */
export function translateRequest(head: RequestHead, map: OriginMap): RequestHead {
  const fields: string[] = []
  let acceptsSomething = false
  for (let i = 0; i < head.fields.length; i += 2) {
    const name = head.fields[i] as string
    const value = head.fields[i + 1] as string
    switch (name.toLowerCase()) {
      case 'origin':
      case 'referer':
        fields.push(name, map.toSite(value))
        break
      case 'accept-encoding':
        acceptsSomething = true
        fields.push(name, readableEncodings(value))
        break
      case 'if-match':
        // Made weak on its way out (shape-answer.ts): as the site gave it.
        fields.push(name, value.replaceAll(/W\/(?=")/g, ''))
        break
      default:
        if (!notPassed.has(name.toLowerCase())) fields.push(name, value)
    }
  }
  if (!acceptsSomething) fields.push('Accept-Encoding', 'identity')
  return { ...head, fields, origin: head.origin === undefined ? undefined : map.toSite(head.origin) }
}

/** Addresses of the gateway in a query, as scripts write `location.href` there, as the site's. */
export function translatePath(path: string, map: OriginMap): string {
  const query = path.indexOf('?')
  if (query < 0) return path
  let text = path.slice(query)
  for (const gateway of map.gatewayOrigins) {
    for (const write of [(origin: string) => origin, encodeURIComponent]) {
      if (text.toLowerCase().includes(write(gateway).toLowerCase())) text = replaceOrigin(text, write(gateway), write(map.toSite(gateway)))
    }
  }
  return path.slice(0, query) + text
}

/** Not where the origin is but the beginning of a longer host or port. */
function replaceOrigin(text: string, from: string, to: string): string {
  const pattern = new RegExp(`${escapeRegExp(from)}(?![\\w.-]|:\\d|%3[Aa]\\d)`, 'gi')
  return text.replaceAll(pattern, () => to)
}
