import type { RelayError } from '../../errors.ts'
import type { Tally } from '../counted/tally.ts'
import { hasContent } from '../requests/request-head.ts'
import type { SiteRequest } from '../site-request.ts'
import { respondError, respondSeeOther } from './error-answer.ts'

/** A larger body that nobody will read is not waited for: the connection ends instead. */
const drainBytes = 65_536

/** The relay's own answer to a request, in place of the site's; where that has begun, it breaks off. */
export function respondRefusal(portalUrl: string, { req, res, head, sender }: SiteRequest, tally: Tally, error: RelayError, fields: readonly string[]): void {
  if (res.headersSent) {
    res.destroy()
    return
  }
  tally.refused(error)
  // Not a frame: the page there would stand in a page of the site's.
  const isPage = req.method === 'GET' && head.isNavigation && (head.fetchDest ?? 'document') === 'document'
  const elsewhere = isPage ? sender.seeOther?.(error) : undefined
  if (elsewhere !== undefined) {
    tally.status = 303
    respondSeeOther(res, elsewhere, error)
    return
  }
  const unread = hasContent(head) && !req.complete && (head.chunked || (head.contentLength ?? 0) > drainBytes)
  respondError(res, error, { html: head.isNavigation, portalUrl, close: unread || error.status === 408, fields })
}
