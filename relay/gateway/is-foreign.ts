import type { RequestHead } from '../traffic/index.ts'

/**
 * Did a page that is none of this account's have the browser send this? Sibling hosts are one site to a browser, which sends the pass along
 * (`SameSite` knows registrable domains alone): so what a page of another account, of the portal or of anywhere sends is told apart here, by
 * Fetch Metadata and `Origin`. A person who follows a link is let through. What is no browser says neither and is not concerned: it has the
 * cookie by hand.
 *
 * `own`: the gateway's origins of the account.
 */
export function isForeign(head: RequestHead, method: string, own: readonly string[]): boolean {
  const { origin, fetchSite, fetchDest, isNavigation } = head
  if (origin !== undefined && own.includes(origin)) return false
  // Where a browser says so itself: also with the `Origin: null` of a form whose page sends no referrer (Fetch standard, section 3.2).
  if (fetchSite === 'same-origin') return false
  if (head.upgrade === undefined && isNavigation && fetchDest === 'document' && (method === 'GET' || method === 'HEAD')) return false
  if (fetchSite === undefined) return origin !== undefined
  if (fetchSite === 'none') return false
  // An image or a script between two origins of one site: the referrer is all that tells whose page it is on.
  return !(fetchSite === 'same-site' && origin === undefined && own.includes(refererOrigin(head) ?? ''))
}

function refererOrigin({ fields }: RequestHead): string | undefined {
  const at = fields.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'referer')
  return at < 0 ? undefined : URL.parse(fields[at + 1] as string)?.origin
}
