import { type DefaultTreeAdapterMap, defaultTreeAdapter, html, Parser, type TreeAdapter } from 'parse5'

export type Node = DefaultTreeAdapterMap['node']
export type Element = DefaultTreeAdapterMap['element']

export interface ParsedDocument {
  readonly root: DefaultTreeAdapterMap['document']
  /** The form that was open in the source when the control stood there: legacy pages put forms across table rows (HTML standard, section 13.2.4.4, "form element pointer"). */
  readonly formOpenAt: WeakMap<Element, Element>
}

const listed = new Set(['button', 'fieldset', 'input', 'object', 'output', 'select', 'textarea'])

/** Parses as browsers do, and keeps which form each control belongs to. */
export function parseHtml(text: string): ParsedDocument {
  const formOpenAt = new WeakMap<Element, Element>()
  let parser: Parser<DefaultTreeAdapterMap> | undefined
  const treeAdapter: TreeAdapter<DefaultTreeAdapterMap> = {
    ...defaultTreeAdapter,
    createElement(tagName, namespaceURI, attributes) {
      const element = defaultTreeAdapter.createElement(tagName, namespaceURI, attributes)
      const open = parser?.formElement
      if (open !== null && open !== undefined && namespaceURI === html.NS.HTML && listed.has(tagName)) formOpenAt.set(element, open)
      return element
    },
  }
  parser = new Parser<DefaultTreeAdapterMap>({ treeAdapter, scriptingEnabled: false })
  parser.tokenizer.write(text, true)
  return { root: parser.document, formOpenAt }
}
