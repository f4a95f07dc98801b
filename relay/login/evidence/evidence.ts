import type { PageRequest, ParsedPage } from '../browser/index.ts'
import { CookieJar } from '../cookies/index.ts'
import type { SignInTrace, Snapshot } from './contract.ts'
import { PageTrail } from './page-trail.ts'
import { type Redact, redactor } from './redact-text.ts'
import { traceOf } from './sign-in-trace.ts'
import { type SnapshotFacts, takeSnapshot } from './snapshot.ts'
import type { WatchedAgent } from './watched-agent.ts'

/** What one sign-in has seen: its pages, and all that must not be shown of them. */
export class Evidence {
  readonly #agent: WatchedAgent
  readonly #username: string
  readonly #answers: string[] = []
  #trail = new PageTrail()
  #jar: CookieJar = CookieJar.create()

  constructor(agent: WatchedAgent, username: string) {
    this.#agent = agent
    this.#username = username
  }

  /** A browser begins: pages of one before it are forgotten. */
  begin(jar: CookieJar): void {
    this.#trail = new PageTrail()
    this.#jar = jar
  }

  note(page: ParsedPage, request: PageRequest): void {
    this.#trail.add(page, request, { secretsSent: this.#agent.secretsSent, mark: this.#jar.mark() })
  }

  /** What a person answered: a code is nobody else's business. */
  hide(answer: string): void {
    this.#answers.push(answer)
  }

  snapshot(facts: Pick<SnapshotFacts, 'kind' | 'seen' | 'sent' | 'adapter' | 'steps'>): Snapshot {
    return takeSnapshot({ ...facts, trail: this.#trail, cookiesSince: (mark) => this.#jar.changesSince(mark), redact: this.#redact() })
  }

  /** Made when it is asked for: of the thousands of sign-ins that succeed, few are learned from. Holds two pages, not all. */
  trace(): () => SignInTrace | undefined {
    const { asked, answer, sentTo } = this.#trail
    if (asked === undefined || answer === undefined) return () => undefined
    const cookies = this.#jar.changesSince(asked.mark)
    const redact = this.#redact()
    return () => traceOf(asked, answer, sentTo, cookies, redact)
  }

  #redact(): Redact {
    let redact: Redact | undefined
    // Patterns are built when the first text comes.
    return (text) => {
      redact ??= redactor({ scrub: (secret) => this.#agent.scrub(secret), username: this.#username, values: this.#values() })
      return redact(text)
    }
  }

  #values(): string[] {
    const fields = this.#trail.pages.flatMap(({ page }) =>
      page.forms.flatMap((form) => form.fields.filter(({ type }) => type === 'hidden').map(({ value }) => value)),
    )
    const metas = this.#trail.pages.flatMap(({ page }) =>
      page.query('meta[name][content]').flatMap((meta) => (/csrf|xsrf|token/i.test(meta.attribute('name') ?? '') ? [meta.attribute('content') ?? ''] : [])),
    )
    return [...this.#agent.cookieValues, ...fields, ...metas, ...this.#answers]
  }
}
