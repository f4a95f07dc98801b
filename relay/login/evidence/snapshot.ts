import type { FailureKind, Form } from '../../../adapters/index.ts'
import type { LoginStep } from '../contract.ts'
import type { FormSnapshot, PageSnapshot, Snapshot } from './contract.ts'
import type { PageTrail, TrailPage } from './page-trail.ts'
import { addressWithoutValues, redactPage } from './redact-page.ts'
import type { Redact } from './redact-text.ts'

export interface SnapshotFacts {
  readonly kind: FailureKind
  readonly seen: readonly string[]
  readonly sent: boolean
  readonly adapter: string
  readonly steps: readonly LoginStep[]
  readonly trail: PageTrail
  readonly cookiesSince: (mark: number) => PageSnapshot['cookies']
  readonly redact: Redact
}

const most = { forms: 10, fields: 60, messages: 25, line: 300, redirects: 10, cookies: 30 }

/** Takes the snapshot of a sign-in that failed. */
export function takeSnapshot({ kind, seen, sent, adapter, steps, trail, cookiesSince, redact }: SnapshotFacts): Snapshot {
  const at = trail.last
  return {
    kind,
    seen: seen.map(redact),
    sent,
    adapter,
    // The last step says the kind and what was seen once more.
    steps: steps.filter(({ name }) => name !== 'failed').map(({ text, at: moment }) => ({ text: redact(text), at: moment })),
    ...(at === undefined ? {} : { page: pageSnapshot(at, trail, cookiesSince, redact) }),
  }
}

function pageSnapshot(at: TrailPage, trail: PageTrail, cookiesSince: SnapshotFacts['cookiesSince'], redact: Redact): PageSnapshot {
  const { page } = at
  const before = trail.pages.at(-2)
  const address = (url: URL) => redact(addressWithoutValues(url.href))
  return {
    url: address(page.url),
    status: page.status,
    title: line(page.title, redact) ?? '',
    charset: page.encoding,
    redirects: page.redirects.slice(0, most.redirects).map(address),
    forms: page.forms.slice(0, most.forms).map((form) => formSnapshot(form, redact)),
    messages: newLines(before?.page.text ?? '', page.text, redact),
    cookies: cookiesSince(trail.asked?.mark ?? 0)
      .slice(0, most.cookies)
      .map(({ name, change }) => ({ name: line(name, redact) ?? '', change })),
    copy: redactPage(page.body, redact),
  }
}

function formSnapshot(form: Form, redact: Redact): FormSnapshot {
  return {
    name: line(form.id || form.name, redact) ?? '',
    method: form.method,
    action: redact(addressWithoutValues(form.action.href)),
    fields: form.fields.slice(0, most.fields).map(({ name, type, label }) => ({ name: line(name, redact) ?? '', type, label: line(label, redact) ?? '' })),
  }
}

function newLines(before: string, after: string, redact: Redact): string[] {
  const known = new Set(before.split('\n'))
  const fresh = after.split('\n').filter((text) => text.trim() !== '' && !known.has(text))
  return fresh
    .map((text) => line(text, redact))
    .filter((text) => text !== undefined)
    .slice(0, most.messages)
}

/** Whole or not at all: half a secret would not be found. */
function line(text: string, redact: Redact): string | undefined {
  return text.length > most.line ? undefined : redact(text)
}
