import type { FailureKind } from '../../../adapters/index.ts'

/** What was seen when a sign-in failed: safe to show to the account's owner, whatever the page held. */
export interface Snapshot {
  readonly kind: FailureKind
  readonly seen: readonly string[]
  /** A secret had left: what came afterwards is the site's answer to it. */
  readonly sent: boolean
  readonly adapter: string
  readonly steps: readonly { readonly text: string; readonly at: number }[]
  /** The page it ended at; undefined: none was reached. */
  readonly page?: PageSnapshot
}

export interface PageSnapshot {
  /** Without the values of its query. */
  readonly url: string
  readonly status: number
  readonly title: string
  readonly charset: string
  /** Addresses that led to it. */
  readonly redirects: readonly string[]
  readonly forms: readonly FormSnapshot[]
  /** Text that the page before it did not have: where a message stands. */
  readonly messages: readonly string[]
  /** Names of cookies, and what became of them. */
  readonly cookies: readonly { readonly name: string; readonly change: 'set' | 'changed' | 'removed' }[]
  /** A copy of the page without scripts, values and secrets; HTML. */
  readonly copy: string
}

export interface FormSnapshot {
  readonly name: string
  readonly method: 'get' | 'post'
  readonly action: string
  readonly fields: readonly { readonly name: string; readonly type: string; readonly label: string }[]
}

/** What one sign-in looked like, for learning by what its outcome is told. Redacted: it may end in a declaration. */
export interface SignInTrace {
  /** The page with the form. */
  readonly before: PageFacts
  /** What the site answered in the end. */
  readonly after: PageFacts
  /** Paths that the form, or JSON, was sent to: a page there tells nothing by where it is. */
  readonly sentTo: readonly string[]
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
