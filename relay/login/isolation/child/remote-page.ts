import type { Form, Page, PageElement, PageImage, SessionToken, TokenPlace } from '../../../../adapters/index.ts'
import { indexFor } from '../../browser/elements/document-index.ts'
import { FoundElement } from '../../browser/elements/found-element.ts'
import { type Element, type ParsedDocument, parseHtml } from '../../browser/html/parse-html.ts'
import { select } from '../../browser/selectors/selector.ts'
import { selectByXpath } from '../../browser/selectors/xpath.ts'
import type { Handle } from '../wire.ts'
import type { Remote } from './remote.ts'
import { RemoteForm } from './remote-form.ts'

interface PageFacts extends Pick<Page, 'url' | 'status' | 'title' | 'encoding' | 'redirects'> {
  readonly page: Handle
}

/**
 * A page that the relay holds. What it consists of is fetched when it is asked for; elements are looked up here, in a tree of the
 * adapter's own process: a selector that takes for ever takes this process's time.
 */
export class RemotePage implements Page {
  readonly url: URL
  readonly status: number
  readonly title: string
  readonly encoding: string
  readonly redirects: readonly URL[]
  readonly #remote: Remote
  readonly #known = new Map<string, unknown>()
  #document: ParsedDocument | undefined

  constructor(facts: unknown, remote: Remote) {
    const { page, url, status, title, encoding, redirects } = facts as PageFacts
    this.url = url
    this.status = status
    this.title = title
    this.encoding = encoding
    this.redirects = redirects
    this.#remote = remote
    remote.bind(this, page)
  }

  get text(): string {
    return this.#read('text')
  }

  get body(): string {
    return this.#read('body')
  }

  get links(): readonly { readonly text: string; readonly url: URL }[] {
    return this.#read('links')
  }

  get frames(): readonly URL[] {
    return this.#read('frames')
  }

  get forms(): readonly Form[] {
    return this.#once('forms', () =>
      (this.#remote.now('forms', [this]) as unknown[]).map((facts) => new RemoteForm(facts, this.#remote, (page) => new RemotePage(page, this.#remote))),
    )
  }

  images(near?: Form): readonly PageImage[] {
    const facts = this.#remote.now('images', [this, near ?? null]) as (Omit<PageImage, 'fetch' | 'src'> & { readonly image: Handle; readonly src?: URL })[]
    return facts.map(({ image, src, ...described }) => {
      const own: PageImage = { src, ...described, fetch: () => this.#remote.ask('fetchImage', [own]) as Promise<Buffer> }
      this.#remote.bind(own, image)
      return own
    })
  }

  header(name: string): string | undefined {
    return this.#remote.now('header', [this, name]) as string | undefined
  }

  token(place: TokenPlace): SessionToken | undefined {
    return this.#remote.now('token', [this, place]) as SessionToken | undefined
  }

  query(selector: string): readonly PageElement[] {
    return this.#found(select(this.#parsed().root, selector))
  }

  xpath(expression: string): readonly PageElement[] {
    return this.#found(selectByXpath(this.#parsed().root, expression))
  }

  #found(elements: readonly Element[]): PageElement[] {
    const document = this.#parsed()
    const place = { document, base: this.#base(), encoding: this.encoding, formOf: (element: Element) => this.#formOf(element) }
    return elements.map((element) => new FoundElement(element, place))
  }

  /** Forms stand in the same order on both sides. */
  #formOf(element: Element): Form | undefined {
    const at = this.#once('form elements', () => select(this.#parsed().root, 'form')).indexOf(element)
    return this.forms[at]
  }

  #base(): URL {
    return this.#once('base', () => {
      const [base] = select(this.#parsed().root, 'base[href]')
      const href = base?.attrs.find(({ name }) => name === 'href')?.value ?? ''
      return URL.parse(href, this.url.href) ?? this.url
    })
  }

  #parsed(): ParsedDocument {
    if (this.#document === undefined) {
      const type = this.header('content-type')
      this.#document = parseHtml(type === undefined || /html|xml/i.test(type) ? this.body : '', this.url.host)
      indexFor(this.#document)
    }
    return this.#document
  }

  #read<T>(what: string): T {
    return this.#once(what, () => this.#remote.now(what, [this]) as T)
  }

  #once<T>(what: string, find: () => T): T {
    if (!this.#known.has(what)) this.#known.set(what, find())
    return this.#known.get(what) as T
  }
}
