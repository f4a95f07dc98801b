import type { Form, Page, PageElement, PageImage, RequestOptions, SessionToken, TokenPlace } from '../../../adapters/index.ts'
import { FoundElement } from './elements/found-element.ts'
import { imagesOf } from './elements/images.ts'
import { labelText, visibleText } from './elements/visible-text.ts'
import { type FormPlace, PageForm } from './forms/form.ts'
import { charsetOf, decodePage } from './html/decode-page.ts'
import { decode, encodingOf } from './html/encoding.ts'
import { parseRefresh } from './html/meta-refresh.ts'
import { parseAddress } from './html/parse-address.ts'
import { type Element, type ParsedDocument, parseHtml } from './html/parse-html.ts'
import { ancestors, attribute, elements, textContent } from './html/walk.ts'
import { type Answer, headerOf } from './requests/navigate.ts'
import type { PageRequest } from './requests/page-request.ts'
import { findToken } from './requests/session-token.ts'
import { select } from './selectors/selector.ts'
import { selectByXpath } from './selectors/xpath.ts'

export interface PageContext {
  /** Goes to another page. */
  go(request: PageRequest, options?: RequestOptions): Promise<Page>
  /** Fetches what the page shows. */
  fetch(request: PageRequest): Promise<Answer>
  /** Makes a form of the page, where it is not sent as one of a windowless browser. */
  readonly makeForm?: (place: FormPlace) => PageForm
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
  #baseUrl: URL | undefined
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
    this.#document = parseHtml(this.#isHtml ? text : '', answer.url.host)
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
    this.#baseUrl ??= this.#findBase()
    return this.#baseUrl
  }

  get forms(): readonly Form[] {
    const make = this.#context.makeForm ?? ((place: FormPlace) => new PageForm(place))
    this.#forms ??= select(this.#document.root, 'form').map((element) =>
      make({
        element,
        document: this.#document,
        pageUrl: this.url,
        baseUrl: this.baseUrl,
        pageEncoding: this.encoding,
        go: (request, options) => this.#context.go(request, options),
      }),
    )
    return this.#forms
  }

  /** What is sent when a script sends this form: no button is pressed. */
  requestOf(form: Form): PageRequest | undefined {
    return form instanceof PageForm ? form.request() : undefined
  }

  images(near?: Form): readonly PageImage[] {
    const form = near instanceof PageForm ? near.element : undefined
    const load = async (url: URL) => (await this.#context.fetch({ method: 'GET', url, accept: 'image', referrer: this.url })).bytes
    return imagesOf({ document: this.#document, base: this.baseUrl, encoding: this.encoding, load }, form)
  }

  get links(): readonly { readonly text: string; readonly url: URL }[] {
    return this.#addresses(['a'], 'href').map(({ element, url }) => ({ text: labelText(element) || (attribute(element, 'title') ?? ''), url }))
  }

  get frames(): readonly URL[] {
    return this.#addresses(['frame', 'iframe'], 'src').map(({ url }) => url)
  }

  /** RFC 9110 section 5.3: a field that comes several times is one list (`WWW-Authenticate`). */
  header(name: string): string | undefined {
    const values = this.#answer.headers.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
    return values.length === 0 ? undefined : values.join(', ')
  }

  token(place: TokenPlace): SessionToken | undefined {
    return findToken(place, this.body, (name) => this.header(name))
  }

  query(selector: string): readonly PageElement[] {
    return this.#found(select(this.#document.root, selector))
  }

  xpath(expression: string): readonly PageElement[] {
    return this.#found(selectByXpath(this.#document.root, expression))
  }

  #found(found: readonly Element[]): PageElement[] {
    return found.map(
      (element) => new FoundElement(element, { document: this.#document, base: this.baseUrl, encoding: this.encoding, formOf: (owner) => this.#formOf(owner) }),
    )
  }

  #formOf(element: Element): Form | undefined {
    return this.forms.find((form) => form instanceof PageForm && form.element === element)
  }

  /**
   * Where the page moves on to by itself, and when; undefined: it stays. A <noscript> that leads away from a form leads to a page that asks
   * for scripts: the form is what there is to do here.
   */
  get refresh(): { readonly seconds: number; readonly url: URL } | undefined {
    const meta = select(this.#document.root, 'meta[http-equiv][content]').find(
      (element) => attribute(element, 'http-equiv')?.toLowerCase() === 'refresh' && !(this.forms.length > 0 && isWithoutScripts(element)),
    )
    const refresh = parseRefresh((meta === undefined ? this.header('refresh') : attribute(meta, 'content')) ?? '')
    const url = refresh?.url === undefined ? undefined : parseAddress(refresh.url, this.baseUrl, this.encoding)
    return refresh === undefined || url === undefined ? undefined : { seconds: refresh.seconds, url }
  }

  #findBase(): URL {
    const [base] = select(this.#document.root, 'base[href]')
    const url = base === undefined ? undefined : parseAddress(attribute(base, 'href') ?? '', this.url, this.encoding)
    return url === undefined || !/^https?:$/.test(url.protocol) ? this.url : url
  }

  #addresses(tags: readonly string[], name: string): { element: Element; url: URL }[] {
    const base = this.baseUrl
    const found: { element: Element; url: URL }[] = []
    for (const element of elements(this.#document.root)) {
      const address = tags.includes(element.tagName) ? attribute(element, name) : undefined
      const url = address === undefined ? undefined : parseAddress(address, base, this.encoding)
      if (url !== undefined && /^https?:$/.test(url.protocol)) found.push({ element, url })
    }
    return found
  }
}

function plainText(bytes: Buffer, contentType: string | undefined): { text: string; encoding: string } {
  if (/^(image|audio|video)\/|octet-stream/i.test(contentType ?? '')) return { text: '', encoding: 'UTF-8' }
  const encoding = encodingOf(charsetOf(contentType) ?? '') ?? 'UTF-8'
  return { text: decode(bytes, encoding), encoding }
}

function isWithoutScripts(element: Element): boolean {
  return ancestors(element).some(({ tagName }) => tagName === 'noscript')
}
