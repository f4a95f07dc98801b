import { indexFor, type PlacedControl } from '../elements/document-index.ts'
import { labelText } from '../elements/visible-text.ts'
import type { Element, ParsedDocument } from '../html/parse-html.ts'
import { attribute } from '../html/walk.ts'

const longest = 200
/** Labels of one control that are read. */
const mostLabels = 4
const texts = new WeakMap<Element, string>()

/** What a person would read as the name of a control: its label, hints on it, or the text before it, as legacy pages have it in the table cell to the left. */
export function labelOf({ element, labelAround, textBefore }: PlacedControl, document: ParsedDocument): string {
  if (element.tagName === 'button') return (textOf(element) || (attribute(element, 'title') ?? '')).slice(0, longest)
  const id = attribute(element, 'id') ?? ''
  const named = id === '' ? [] : (indexFor(document).labelsFor.get(id) ?? []).slice(0, mostLabels)
  const labels = [...named, ...(labelAround === undefined || named.includes(labelAround) ? [] : [labelAround])].map(textOf)
  const hints = ['aria-label', 'placeholder', 'title', 'alt'].map((name) => attribute(element, name) ?? '')
  const label = [...labels, ...hints].filter((text) => text !== '').join(' ')
  return (label === '' ? textBefore : label).slice(0, longest)
}

/** Many controls may stand in one label. */
function textOf(element: Element): string {
  let text = texts.get(element)
  if (text === undefined) {
    text = labelText(element).slice(0, longest)
    texts.set(element, text)
  }
  return text
}
