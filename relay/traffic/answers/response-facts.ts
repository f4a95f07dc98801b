import type { ResponseFacts } from '../../../adapters/index.ts'
import type { ResponseHead } from './response-head.ts'

/** What of an answer may show that the session has ended. */
export function responseFacts(url: URL, method: string, status: number, head: ResponseHead, removedCookies: readonly string[]): ResponseFacts {
  const location = head.location === undefined ? undefined : (URL.parse(head.location, url.href) ?? undefined)
  return { url, method, status, location, contentType: head.contentType, removedCookies }
}
