import type { Page } from '../../../adapters/index.ts'
import { ParsedPage } from './page.ts'

/** A page that came by another way, for looking at: it leads nowhere. Throws `site_too_big`. */
export function readPage(url: URL, body: string): Page {
  const nowhere = () => Promise.reject(new Error('this page is for looking at alone'))
  const answer = { url, status: 200, headers: [['content-type', 'text/html; charset=utf-8']] as const, bytes: Buffer.from(body), redirects: [] }
  return new ParsedPage(answer, { go: nowhere, fetch: nowhere })
}
