import { defaultTreeAdapter as tree } from 'parse5'
import type { Element, Node, ParsedDocument } from '../html/parse-html.ts'
import { attribute, children, hasAttribute, isElement } from '../html/walk.ts'
import { isHidden, isInline } from './visible-text.ts'

/** A control, and what its place in the page makes of it. */
export interface PlacedControl {
  readonly element: Element
  /** By itself, or by a fieldset around it (HTML standard, section 4.10.18.5). */
  readonly disabled: boolean
  /** What it would give is a suggestion for another control. */
  readonly inDatalist: boolean
  /** Hidden by itself or by what it stands in. */
  readonly unseen: boolean
  readonly labelAround: Element | undefined
  /** The line of text a person sees before it, in its cell or paragraph or the one before; '' where another control is nearer. */
  readonly textBefore: string
}

/** What is looked up in a document again and again, gathered in one pass: a page of many fields must not cost their square. */
export interface DocumentIndex {
  readonly labelsFor: ReadonlyMap<string, readonly Element[]>
  /** The controls of each form, in document order (HTML standard, section 4.10.18.3). */
  readonly controlsOf: ReadonlyMap<Element, readonly PlacedControl[]>
  /** The form around an element or open at it. */
  formAt(element: Element): Element | undefined
  /** The form an element belongs to: the one that its attribute names, else the one around it or open at it. */
  ownerOf(element: Element): Element | undefined
}

const indexes = new WeakMap<ParsedDocument, DocumentIndex>()
const controlTags = new Set(['input', 'select', 'textarea', 'button'])
/** How far up, in elements, the text before a control may be found. */
const nearby = 4

export function indexFor(document: ParsedDocument): DocumentIndex {
  let index = indexes.get(document)
  if (index === undefined) {
    index = new Gathering(document)
    indexes.set(document, index)
  }
  return index
}

/** What holds for everything within some element. */
interface Around {
  readonly form?: Element
  readonly label?: Element
  readonly disabled?: true
  readonly inDatalist?: true
  readonly unseen?: true
}

interface Visit {
  readonly node: Node
  readonly depth: number
  readonly around: Around
}

class Gathering implements DocumentIndex {
  readonly labelsFor = new Map<string, Element[]>()
  readonly controlsOf = new Map<Element, PlacedControl[]>()
  readonly #document: ParsedDocument
  readonly #byId = new Map<string, Element>()
  readonly #forms = new Map<Element, Element>()
  readonly #placed: PlacedControl[] = []
  readonly #text = new TextBefore()

  constructor(document: ParsedDocument) {
    this.#document = document
    const stack: Visit[] = [{ node: document.root, depth: 0, around: {} }]
    for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
      this.#text.pass(visit)
      if (isElement(visit.node)) this.#note(visit.node, visit)
      pushChildren(stack, visit)
    }
    for (const control of this.#placed) {
      const owner = this.ownerOf(control.element)
      if (owner !== undefined) add(this.controlsOf, owner, control)
    }
  }

  formAt(element: Element): Element | undefined {
    return this.#document.formOpenAt.get(element) ?? this.#forms.get(element)
  }

  #note(element: Element, { depth, around }: Visit): void {
    const id = attribute(element, 'id')
    // The first one with an id is the one that counts.
    if (id !== undefined && id !== '' && !this.#byId.has(id)) this.#byId.set(id, element)
    const target = element.tagName === 'label' ? attribute(element, 'for') : undefined
    if (target !== undefined) add(this.labelsFor, target, element)
    if (around.form !== undefined) this.#forms.set(element, around.form)
    if (!controlTags.has(element.tagName)) return
    const isSeen = attribute(element, 'type')?.toLowerCase() !== 'hidden'
    this.#placed.push({
      element,
      disabled: around.disabled === true || hasAttribute(element, 'disabled'),
      inDatalist: around.inDatalist === true,
      unseen: around.unseen === true || isHidden(element),
      labelAround: around.label,
      textBefore: isSeen ? this.#text.take(depth, around.form) : '',
    })
  }

  ownerOf(control: Element): Element | undefined {
    const id = attribute(control, 'form')
    if (id === undefined) return this.formAt(control)
    const named = this.#byId.get(id)
    return named?.tagName === 'form' ? named : undefined
  }
}

function pushChildren(stack: Visit[], { node, depth, around }: Visit): void {
  const below = children(node)
  const within = isElement(node) ? aroundWithin(node, around) : around
  const isDisabledSet = within.disabled !== around.disabled
  const legend = isDisabledSet ? below.find((child) => isElement(child) && child.tagName === 'legend') : undefined
  for (let index = below.length - 1; index >= 0; index -= 1) {
    const child = below[index] as Node
    // A disabled fieldset leaves what is in its first legend as it is.
    stack.push({ node: child, depth: depth + 1, around: child === legend ? around : within })
  }
}

function aroundWithin(element: Element, around: Around): Around {
  const within = isHidden(element) && around.unseen !== true ? { ...around, unseen: true as const } : around
  switch (element.tagName) {
    case 'form':
      return { ...within, form: element }
    case 'label':
      return { ...within, label: element }
    case 'datalist':
      return { ...within, inDatalist: true }
    case 'button':
    case 'textarea':
      return { ...within, unseen: true }
    case 'fieldset':
      return hasAttribute(element, 'disabled') && within.disabled !== true ? { ...within, disabled: true } : within
    default:
      return within
  }
}

/** The line of text last seen on the way through a document. */
class TextBefore {
  #line = ''
  /** The line before this one, for a control that stands alone in its cell. */
  #before = ''
  #form: Element | undefined
  /** The depth of the nearest element around both that text and here. */
  #common = 0
  readonly #blocks: number[] = []

  pass({ node, depth, around }: Visit): void {
    this.#common = Math.min(this.#common, depth - 1)
    while ((this.#blocks.at(-1) ?? -1) >= depth) {
      this.#blocks.pop()
      this.#endLine()
    }
    if (isElement(node)) {
      if (isInline(node)) return
      this.#endLine()
      this.#blocks.push(depth)
    } else if (tree.isTextNode(node) && around.unseen !== true) {
      const text = node.value.replace(/\s+/g, ' ')
      if (text.trim() === '') return
      this.#line += text
      this.#common = depth - 1
      this.#form = around.form
    }
  }

  /** For a control here; what stood before it is used up. */
  take(depth: number, form: Element | undefined): string {
    this.#endLine()
    const isNear = this.#form === form && depth - this.#common <= nearby
    const text = isNear ? this.#before : ''
    this.#before = ''
    return text
  }

  #endLine(): void {
    const line = this.#line.replace(/ {2,}/g, ' ').trim()
    this.#line = ''
    if (line !== '') this.#before = line
  }
}

function add<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
