import type { Form, Page, PageElement, PageImage } from '../../../adapters/index.ts'
import { decode, decodePage } from './decode-page.ts'
import { PageForm } from './form.ts'
import { imagesOf } from './images.ts'
import { type Answer, headerOf } from './navigate.ts'
import type { PageRequest } from './page-request.ts'
import { type Element, type ParsedDocument, parseHtml } from './parse-html.ts'
import { select } from './selector.ts'
import { visibleText } from './visible-text.ts'
import { attribute, elements, textContent } from './walk.ts'

export interface PageContext {
  /** Goes to another page. */
  go(request: PageRequest): Promise<Page>
  /** Fetches what the page shows. */
  fetch(request: PageRequest): Promise<Answer>
}

/** An answer as a page: HTML is parsed, anything else is its text. */
export class ParsedPage implements Page {
  readonly url: URL
  readonly status: number
  readonly encoding: string
  readonly redirects: readonly URL[]
  readonly body: string
  readonly #answer: Answer
  readonly #context: PageContext
  readonly #document: ParsedDocument
  readonly #isHtml: boolean
  #forms: readonly PageForm[] | undefined
  #text: string | undefined

  constructor(answer: Answer, context: PageContext) {
    this.#answer = answer
    this.#context = context
    this.url = answer.url
    this.status = answer.status
    this.redirects = answer.redirects
    const contentType = headerOf(answer.headers, 'content-type')
    this.#isHtml = contentType === undefined || /html|xml/i.test(contentType)
    const { text, encoding } = this.#isHtml ? decodePage(answer.bytes, contentType) : plainText(answer.bytes, contentType)
    this.body = text
    this.encoding = encoding
    this.#document = parseHtml(this.#isHtml ? text : '')
  }

  get title(): string {
    const [title] = select(this.#document.root, 'title')
    return title === undefined ? '' : textContent(title).replace(/\s+/g, ' ').trim()
  }

  get text(): string {
    this.#text ??= this.#isHtml ? visibleText(this.#document.root) : this.body
    return this.#text
  }

  get baseUrl(): URL {
    const href = select(this.#document.root, 'base[href]').map((element) => attribute(element, 'href'))[0]
    return href !== undefined && URL.canParse(href, this.url.href) ? new URL(href, this.url) : this.url
  }

  get forms(): readonly Form[] {
    this.#forms ??= select(this.#document.root, 'form').map(
      (element) =>
        new PageForm({
          element,
          document: this.#document,
          pageUrl: this.url,
          baseUrl: this.baseUrl,
          pageEncoding: this.encoding,
          go: (request) => this.#context.go(request),
        }),
    )
    return this.#forms
  }

  images(near?: Form): readonly PageImage[] {
    const form = near instanceof PageForm ? near.element : undefined
    return imagesOf(
      this.#document,
      this.baseUrl,
      form,
      async (url) => (await this.#context.fetch({ method: 'GET', url, accept: 'image', referrer: this.url })).bytes,
    )
  }

  get links(): readonly { readonly text: string; readonly url: URL }[] {
    return this.#addresses('a', 'href').map(({ element, url }) => ({ text: visibleText(element) || (attribute(element, 'title') ?? ''), url }))
  }

  get frames(): readonly URL[] {
    return [...this.#addresses('iframe', 'src'), ...this.#addresses('frame', 'src')].map(({ url }) => url)
  }

  header(name: string): string | undefined {
    return headerOf(this.#answer.headers, name.toLowerCase())
  }

  query(selector: string): readonly PageElement[] {
    return select(this.#document.root, selector).map((element) => ({
      tag: element.tagName,
      text: element.tagName === 'script' ? textContent(element) : visibleText(element),
      attribute: (name) => attribute(element, name),
    }))
  }

  /** What a meta refresh says; undefined: there is none. */
  get refresh(): string | undefined {
    const meta = select(this.#document.root, 'meta[http-equiv]').find((element) => attribute(element, 'http-equiv')?.toLowerCase() === 'refresh')
    return meta === undefined ? undefined : attribute(meta, 'content')
  }

  #addresses(tag: string, name: string): { element: Element; url: URL }[] {
    const base = this.baseUrl
    const found: { element: Element; url: URL }[] = []
    for (const element of elements(this.#document.root)) {
      const address = element.tagName === tag ? attribute(element, name) : undefined
      if (address === undefined || !URL.canParse(address, base.href)) continue
      const url = new URL(address, base)
      if (/^https?:$/.test(url.protocol)) found.push({ element, url })
    }
    return found
  }
}

function plainText(bytes: Buffer, contentType: string | undefined): { text: string; encoding: string } {
  if (/^(image|audio|video)\/|octet-stream/i.test(contentType ?? '')) return { text: '', encoding: 'UTF-8' }
  const encoding = /charset\s*=\s*"?([\w-]+)/i.exec(contentType ?? '')?.[1] ?? 'UTF-8'
  return { text: decode(bytes, encoding), encoding }
}
