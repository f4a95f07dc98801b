import { indexFor } from './document-index.ts'
import type { Element, ParsedDocument } from './parse-html.ts'
import { visibleText } from './visible-text.ts'
import { ancestors, attribute, isElement } from './walk.ts'

/** What a person would read as the name of a control: its label, hints on it, or the text before it, as legacy pages have it in the table cell to the left. */
export function labelOf(element: Element, document: ParsedDocument): string {
  if (element.tagName === 'button') return (visibleText(element) || (attribute(element, 'title') ?? '')).slice(0, 200)
  const texts = [...labelTexts(element, document), ...['aria-label', 'placeholder', 'title', 'alt'].map((name) => attribute(element, name) ?? '')]
  const label = texts.filter((text) => text !== '').join(' ')
  return (label === '' ? textBefore(element) : label).slice(0, 200)
}

function* labelTexts(element: Element, document: ParsedDocument): Generator<string> {
  const id = attribute(element, 'id')
  if (id !== undefined && id !== '') for (const label of indexFor(document).labelsFor.get(id) ?? []) yield visibleText(label)
  const around = ancestors(element).find(({ tagName }) => tagName === 'label')
  if (around !== undefined) yield visibleText(around)
}

/** The nearest text before the control within its cell or paragraph, else the cell before. */
function textBefore(element: Element): string {
  let node: Element = element
  for (let steps = 0; steps < 4; steps += 1) {
    const siblings = node.parentNode?.childNodes ?? []
    for (let index = siblings.indexOf(node) - 1; index >= 0; index -= 1) {
      const sibling = siblings[index]
      if (sibling === undefined || (isElement(sibling) && ['input', 'select', 'textarea', 'button'].includes(sibling.tagName))) return ''
      const text = visibleText(sibling)
      if (text !== '') return text.split('\n').at(-1) ?? ''
    }
    const parent = node.parentNode
    if (parent === null || !isElement(parent) || parent.tagName === 'form' || parent.tagName === 'body') return ''
    node = parent
  }
  return ''
}
