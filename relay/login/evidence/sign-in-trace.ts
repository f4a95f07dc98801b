import { findSignOut, meaningOf } from '../../../adapters/index.ts'
import type { PageFacts, PageSnapshot, SignInTrace } from './contract.ts'
import type { TrailPage } from './page-trail.ts'
import type { Redact } from './redact-text.ts'

const most = { lines: 500, line: 120 }

/** `cookies`: what became of them since the page with the form. */
export function traceOf(asked: TrailPage, answer: TrailPage, sentTo: readonly URL[], cookies: PageSnapshot['cookies'], redact: Redact): SignInTrace {
  return { before: factsOf(asked, [], redact), after: factsOf(answer, cookies, redact), sentTo: sentTo.map(({ pathname }) => pathname) }
}

function factsOf({ page }: TrailPage, cookies: PageSnapshot['cookies'], redact: Redact): PageFacts {
  const lines = page.text
    .split('\n', most.lines)
    .filter(({ length }) => length > 1 && length <= most.line)
    .map(redact)
  const signOut = findSignOut(page)?.words
  const refusals = lines.filter((line) => ['password-wrong', 'either-wrong'].includes(meaningOf(line) ?? ''))
  return {
    status: page.status,
    path: page.url.pathname,
    title: redact(page.title.slice(0, most.line)),
    lines,
    ...(signOut === undefined ? {} : { signOut: redact(signOut) }),
    refusals,
    cookies,
  }
}
