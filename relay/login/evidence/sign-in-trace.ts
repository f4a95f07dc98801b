import { findSignOut, meaningOf } from '../../../adapters/index.ts'
import type { TrailPage } from './page-trail.ts'
import type { Redact } from './redact-text.ts'
import type { PageSnapshot } from './snapshot.ts'

/** What one sign-in looked like, for learning by what its outcome is told. Redacted: it may end in a declaration. */
export interface SignInTrace {
  /** The page with the form. */
  readonly before: PageFacts
  /** What the site answered in the end. */
  readonly after: PageFacts
}

export interface PageFacts {
  readonly status: number
  readonly path: string
  readonly title: string
  readonly lines: readonly string[]
  /** The words of a link or button for signing out. */
  readonly signOut?: string
  /** Lines that speak of a refusal. */
  readonly refusals: readonly string[]
  /** Since the page with the form. */
  readonly cookies: PageSnapshot['cookies']
}

const most = { lines: 500, line: 120 }

/** `cookies`: what became of them since the page with the form. */
export function traceOf(asked: TrailPage, answer: TrailPage, cookies: PageSnapshot['cookies'], redact: Redact): SignInTrace {
  return { before: factsOf(asked, [], redact), after: factsOf(answer, cookies, redact) }
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
