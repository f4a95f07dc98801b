import { leadsOn } from '../../../adapters/index.ts'
import type { PageRequest, ParsedPage } from '../browser/index.ts'

/** A page of a sign-in, and how it came. */
export interface TrailPage {
  readonly page: ParsedPage
  /** Where it was asked for. */
  readonly requested: URL
  /** It answered something that was sent: a form, JSON. */
  readonly isAnswer: boolean
  /** How many requests with a secret had left by then. */
  readonly secretsSent: number
  /** The place in the history of cookies after it. */
  readonly mark: number
}

/** Pages that are kept: the first and the last ones tell what there is to tell. */
const mostPages = 30

/** The pages of one sign-in, in order. */
export class PageTrail {
  readonly #pages: TrailPage[] = []

  add(page: ParsedPage, { method, url, query, body }: PageRequest, facts: { readonly secretsSent: number; readonly mark: number }): void {
    if (this.#pages.length >= mostPages) this.#pages.splice(mostPages / 2, 1)
    this.#pages.push({ page, requested: url, isAnswer: method !== 'GET' || query !== undefined || body !== undefined, ...facts })
  }

  get pages(): readonly TrailPage[] {
    return this.#pages
  }

  get last(): TrailPage | undefined {
    return this.#pages.at(-1)
  }

  /** The page before a secret left first; undefined: none has left. */
  get asked(): TrailPage | undefined {
    const first = this.#pages.findIndex(({ secretsSent }) => secretsSent > 0)
    return first > 0 ? this.#pages[first - 1] : undefined
  }

  /** Where things were sent to since a secret first left: what answers there may be anything. */
  get sentTo(): URL[] {
    return this.#pages.filter(({ isAnswer, secretsSent }) => isAnswer && secretsSent > 0).map(({ requested }) => requested)
  }

  /** What the site answered in the end: the page after the last thing that was sent, or the one its script leads on to. */
  get answer(): TrailPage | undefined {
    const index = this.#pages.findLastIndex(({ isAnswer, secretsSent }) => isAnswer && secretsSent > 0)
    const answer = this.#pages[index]
    if (answer === undefined) return undefined
    return leadsOn(answer.page) === undefined ? answer : (this.#pages[index + 1] ?? answer)
  }
}
