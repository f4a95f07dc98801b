import type { ForwardResponse } from '../outbound/index.ts'
import type { ResponseHead } from '../traffic/index.ts'
import { chooseRewriter } from './rewrite/choose-rewriter.ts'
import { rewritePolicy } from './rewrite/content-security-policy.ts'
import type { OriginMap } from './rewrite/origin-map.ts'
import { isReadable, rewriteBody } from './rewrite/rewrite-body.ts'

/**
 * Not for the gateway's host: HSTS and Clear-Site-Data reach beyond it (the latter signs the person out of the portal), the
 * reporting fields tell the site where its page stands, and a protocol of the site's own origin is not the gateway's.
 */
const notPassed = new Set(
  'strict-transport-security clear-site-data report-to reporting-endpoints nel expect-ct public-key-pins origin-agent-cluster document-isolation-policy'.split(
    ' ',
  ),
)
/** They are of the body as the site sent it. */
const ofTheBody = new Set('content-length content-encoding content-md5 digest content-digest repr-digest accept-ranges'.split(' '))
const withAddress = new Set('location content-location sourcemap x-sourcemap'.split(' '))
const withAddresses = new Set('link refresh timing-allow-origin'.split(' '))

export interface ShapeOptions {
  readonly map: OriginMap
  /** HEAD has no body to rewrite; its fields are those of GET. */
  readonly method: string
  /** The page is the site's login page. */
  readonly locksPasswords: boolean
  /** Fields that the gateway adds to pages. */
  readonly pageFields: readonly string[]
}

/** The site's answer as it is at the gateway's host: its fields in `head`, its body in what is given back. */
export function shapeAnswer(answer: ForwardResponse, head: ResponseHead, { map, method, locksPasswords, pageFields }: ShapeOptions): ForwardResponse {
  const encoding = (fieldOf(head.fields, 'content-encoding') ?? '').trim().toLowerCase()
  const isWhole = answer.status !== 206 && answer.status !== 204 && answer.status !== 304
  const rewriter = isWhole && isReadable(encoding) ? chooseRewriter(head.contentType, map, { locksPasswords }) : undefined
  const fields = shapeFields(head.fields, map, rewriter !== undefined)
  if (/html/i.test(head.contentType)) fields.push(...pageFields)
  // A page may not widen its origin to the gateway's domain (document.domain).
  fields.push('Origin-Agent-Cluster', '?1')
  const assign = (): void => void head.fields.splice(0, head.fields.length, ...fields)
  if (rewriter === undefined || method === 'HEAD') {
    assign()
    return answer
  }
  const rewritten = rewriteBody(answer.body, encoding, rewriter)
  if (rewritten.encoding !== undefined) fields.push('Content-Encoding', rewritten.encoding)
  assign()
  const { status, statusText, headers, endsWithHead = false } = answer
  return { status, statusText, headers, endsWithHead, body: rewritten.body, trailers: () => answer.trailers() }
}

function shapeFields(fields: readonly string[], map: OriginMap, isRewritten: boolean): string[] {
  const shaped: string[] = []
  const allowed = fieldOf(fields, 'access-control-allow-origin')
  // Nobody but the account's own pages reads an answer across origins.
  const letsRead = allowed !== undefined && map.toGateway(allowed) !== allowed
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    const value = fields[i + 1] as string
    const lower = name.toLowerCase()
    if (notPassed.has(lower) || (isRewritten && ofTheBody.has(lower))) continue
    if (lower.startsWith('access-control-') && !letsRead) continue
    shaped.push(name, shapeValue(lower, value, map, isRewritten))
  }
  return shaped
}

function shapeValue(name: string, value: string, map: OriginMap, isRewritten: boolean): string {
  if (withAddress.has(name) || name === 'access-control-allow-origin') return map.toGateway(value)
  if (withAddresses.has(name)) return map.replaceAll(value, 'field')
  if (name === 'content-security-policy' || name === 'content-security-policy-report-only') return rewritePolicy(value, map)
  // RFC 9110 section 8.8.3: equal in meaning, not byte by byte.
  if (name === 'etag' && isRewritten && value.startsWith('"')) return `W/${value}`
  return value
}

function fieldOf(fields: readonly string[], wanted: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) if ((fields[i] as string).toLowerCase() === wanted) return fields[i + 1]
  return undefined
}
