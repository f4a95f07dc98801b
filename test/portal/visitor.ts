import { parse } from 'parse5'
import { attribute, elements, text } from './document.ts'

export interface Visit {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** Where it leads, for a redirect. */
  readonly location: string | null
}

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the anti-CSRF value of the page; null: none. */
  readonly csrf?: string | null
}

/** A person's browser without a window: keeps cookies, reads the anti-CSRF value off pages, follows nothing by itself. */
export class Visitor {
  readonly #base: string
  readonly #cookies = new Map<string, string>()
  #csrf = ''

  constructor(base: string) {
    this.#base = base
  }

  /** A copy with the same cookies. */
  twin(): Visitor {
    const twin = new Visitor(this.#base)
    for (const [name, value] of this.#cookies) twin.#cookies.set(name, value)
    twin.#csrf = this.#csrf
    return twin
  }

  get csrf(): string {
    return this.#csrf
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Visit> {
    return this.send('GET', path, { headers })
  }

  /** Sends a form as a browser does. */
  post(path: string, fields: Readonly<Record<string, string>> | URLSearchParams = {}, { headers = {}, csrf = this.#csrf }: PostOptions = {}): Promise<Visit> {
    const body = new URLSearchParams(fields instanceof URLSearchParams ? fields : { ...fields })
    if (csrf !== null) body.set('csrf', csrf)
    return this.send('POST', path, { headers: { origin: this.#base, ...headers }, body })
  }

  async send(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: URLSearchParams | string } = {},
  ): Promise<Visit> {
    const answer = await fetch(new URL(path, this.#base), {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html', ...(this.#cookies.size === 0 ? {} : { cookie: this.cookie }), ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const content = await answer.text()
    for (const line of answer.headers.getSetCookie()) this.#keep(line)
    this.#csrf = /name="csrf" value="([^"]+)"/.exec(content)?.[1] ?? this.#csrf
    return { status: answer.status, headers: answer.headers, body: content, location: answer.headers.get('location') }
  }

  /** Signs in by the page, as a person would. */
  async signIn(name: string, password: string, next = '/'): Promise<Visit> {
    await this.get(`/sign-in?next=${encodeURIComponent(next)}`)
    const visit = await this.post('/sign-in', { name, password, next })
    if (visit.status === 303) await this.get('/')
    return visit
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/expires=thu, 01 jan 1970/i.test(line)) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

/** The text of a page's content as a person reads it, white space folded. */
export function readPage(markup: string): string {
  const [main] = elements(parse(markup), 'main')
  return main === undefined ? '' : text(main).replace(/\s+/g, ' ').trim()
}

/** Where a page's forms go. */
export function formActions(markup: string): string[] {
  return elements(parse(markup), 'form').map((form) => attribute(form, 'action') ?? '')
}
