import type { Element, ParsedDocument } from './parse-html.ts'
import { ancestors, attribute, elements } from './walk.ts'

/** What is looked up in a document again and again, gathered in one pass: a page of many fields must not cost their square. */
export interface DocumentIndex {
  readonly labelsFor: ReadonlyMap<string, readonly Element[]>
  /** The controls of each form, in document order (HTML standard, section 4.10.18.3). */
  readonly controlsOf: ReadonlyMap<Element, readonly Element[]>
}

const indexes = new WeakMap<ParsedDocument, DocumentIndex>()
const controlTags = new Set(['input', 'select', 'textarea', 'button'])

export function indexFor(document: ParsedDocument): DocumentIndex {
  let index = indexes.get(document)
  if (index === undefined) {
    index = gather(document)
    indexes.set(document, index)
  }
  return index
}

function gather(document: ParsedDocument): DocumentIndex {
  const byId = new Map<string, Element>()
  const labelsFor = new Map<string, Element[]>()
  const controls: Element[] = []
  for (const element of elements(document.root)) {
    const id = attribute(element, 'id')
    // The first one with an id is the one that counts.
    if (id !== undefined && !byId.has(id)) byId.set(id, element)
    const target = element.tagName === 'label' ? attribute(element, 'for') : undefined
    if (target !== undefined) add(labelsFor, target, element)
    if (controlTags.has(element.tagName)) controls.push(element)
  }
  const controlsOf = new Map<Element, Element[]>()
  for (const control of controls) {
    const owner = ownerOf(control, document, byId)
    if (owner !== undefined) add(controlsOf, owner, control)
  }
  return { labelsFor, controlsOf }
}

function ownerOf(control: Element, { formOpenAt }: ParsedDocument, byId: ReadonlyMap<string, Element>): Element | undefined {
  const id = attribute(control, 'form')
  if (id === undefined) return formOpenAt.get(control) ?? ancestors(control).find(({ tagName }) => tagName === 'form')
  const named = byId.get(id)
  return named?.tagName === 'form' ? named : undefined
}

function add<K>(lists: Map<K, Element[]>, key: K, element: Element): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [element])
  else list.push(element)
}
