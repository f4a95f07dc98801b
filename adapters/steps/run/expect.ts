import { type CookieFacts, type FailureKind, type Page, SignInFailure } from '../../contract.ts'
import { findElement } from './find.ts'
import type { Expectation } from './schema.ts'

/** What is held against an expectation. */
export interface Seen {
  readonly page: Page
  readonly cookies: ReturnType<CookieFacts['changesSince']>
}

export type Judged = { readonly is: FailureKind; readonly by: string } | { readonly is: 'signed-in'; readonly by: string } | { readonly is: 'as expected' }

/** Refusals come first: a page that says both is no success. */
const order = ['blocked', 'wrong-captcha', 'wrong-password', 'challenge', 'signed-in'] as const

/** What the page means. `SignInFailure` when what must be there is not: before a secret was sent the form is not as it was, after it nobody knows. */
export function judgeBy(expectation: Expectation, seen: Seen, wasSecretSent: boolean): Judged {
  const { status, title, url } = seen.page
  if (status >= 500) throw new SignInFailure('site-down', [`the site answered ${status}`])
  for (const kind of order) {
    const by = [expectation[kind] ?? []].flat().find((target) => holds(target, seen))
    if (by !== undefined) return { is: kind, by: `${by} is there` }
  }
  if (expectation['signed-in'] === undefined) return { is: 'as expected' }
  const wanted = [expectation['signed-in']].flat().join(' or ')
  throw new SignInFailure(wasSecretSent ? 'unknown' : 'form-not-found', [
    `${wanted} is not at ${url.pathname}`,
    `the site answered ${status}, "${title.slice(0, 160)}"`,
  ])
}

function holds(target: string, { page, cookies }: Seen): boolean {
  const [, kind, value = ''] = /^(cookie|path|text)=(.*)$/s.exec(target) ?? []
  if (kind === 'cookie') return cookies.some(({ name, change }) => name === value && change !== 'removed')
  if (kind === 'path') return page.url.pathname === value
  if (kind === 'text' && page.text.toLowerCase().includes(value.toLowerCase())) return true
  return findElement(page, target) !== undefined
}
