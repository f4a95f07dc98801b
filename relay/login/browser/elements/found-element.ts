import type { Form, PageElement } from '../../../../adapters/index.ts'
import { parseAddress } from '../html/parse-address.ts'
import type { Element, ParsedDocument } from '../html/parse-html.ts'
import { attribute, textContent } from '../html/walk.ts'
import { indexFor } from './document-index.ts'
import { visibleText } from './visible-text.ts'

export interface ElementPlace {
  readonly document: ParsedDocument
  readonly base: URL
  readonly encoding: string
  formOf(element: Element): Form | undefined
}

/** An element that was asked for by selector or XPath. */
export class FoundElement implements PageElement {
  readonly tag: string
  readonly #element: Element
  readonly #place: ElementPlace

  constructor(element: Element, place: ElementPlace) {
    this.tag = element.tagName
    this.#element = element
    this.#place = place
  }

  get text(): string {
    return this.tag === 'script' || this.tag === 'textarea' ? textContent(this.#element) : visibleText(this.#element)
  }

  attribute(name: string): string | undefined {
    return attribute(this.#element, name)
  }

  get form(): Form | undefined {
    if (this.tag === 'form') return this.#place.formOf(this.#element)
    const index = indexFor(this.#place.document)
    const owner = index.ownerOf(this.#element)
    return owner === undefined ? undefined : this.#place.formOf(owner)
  }

  get address(): URL | undefined {
    const text = attribute(this.#element, addressAttributes[this.tag] ?? '')
    return text === undefined ? undefined : parseAddress(text, this.#place.base, this.#place.encoding)
  }
}

const addressAttributes: Readonly<Record<string, string>> = { a: 'href', area: 'href', link: 'href', frame: 'src', iframe: 'src', img: 'src', script: 'src' }
