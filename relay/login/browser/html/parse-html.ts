import { type DefaultTreeAdapterMap, defaultTreeAdapter, html, Parser, type TreeAdapter } from 'parse5'
import { RelayError } from '../../../errors.ts'

export type Node = DefaultTreeAdapterMap['node']
export type Element = DefaultTreeAdapterMap['element']

export interface ParsedDocument {
  readonly root: DefaultTreeAdapterMap['document']
  /**
   * The form that was open in the source when the control, or a picture, stood there: legacy pages put forms across table rows (HTML
   * standard, section 13.2.4.4, "form element pointer").
   */
  readonly formOpenAt: WeakMap<Element, Element>
}

/**
 * A page of a few megabytes has no more than this. By the standard's rules for misnested tags a hundred kilobytes can ask for
 * a thousand million elements.
 */
const mostElements = 400_000
/**
 * How deep elements may stand in each other; Chromium stops at 512. The standard's rules look through all that are open, time and again: without
 * a bound, a page takes the square of its length.
 */
const mostOpen = 1000

const listed = new Set(['button', 'fieldset', 'input', 'object', 'output', 'select', 'textarea', 'img', 'svg'])

/** Parses as browsers do, and keeps which form each control belongs to. `site_too_big`, said of `site`. */
export function parseHtml(text: string, site = ''): ParsedDocument {
  const formOpenAt = new WeakMap<Element, Element>()
  let count = 0
  let parser: Parser<DefaultTreeAdapterMap> | undefined
  const treeAdapter: TreeAdapter<DefaultTreeAdapterMap> = {
    ...defaultTreeAdapter,
    createElement(tagName, namespaceURI, attributes) {
      count += 1
      if (count > mostElements) throw new RelayError('site_too_big', { params: { site, limit: `${mostElements} elements` } })
      if ((parser?.openElements.stackTop ?? 0) > mostOpen)
        throw new RelayError('site_too_big', { params: { site, limit: `${mostOpen} elements, one in the other` } })
      const element = defaultTreeAdapter.createElement(tagName, namespaceURI, attributes)
      const open = parser?.formElement
      if (open !== null && open !== undefined && listed.has(tagName) && (namespaceURI === html.NS.HTML || tagName === 'svg')) formOpenAt.set(element, open)
      return element
    },
  }
  parser = new Parser<DefaultTreeAdapterMap>({ treeAdapter, scriptingEnabled: false })
  parser.tokenizer.write(text, true)
  return { root: parser.document, formOpenAt }
}
