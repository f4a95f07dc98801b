import { indexFor, type PlacedControl } from '../elements/document-index.ts'
import type { Element, ParsedDocument } from '../html/parse-html.ts'
import { attribute, elements, hasAttribute, isElement, textContent } from '../html/walk.ts'

/** A control of a form and what a person could have put into it. Changed by `fill` and `check`. */
export interface Control {
  readonly element: Element
  readonly place: PlacedControl
  /** The input's type, or `select`, `textarea`, `button`. */
  readonly type: string
  readonly name: string
  value: string
  checked: boolean
  readonly disabled: boolean
  readonly options: readonly Option[]
}

export interface Option {
  readonly value: string
  readonly disabled: boolean
  selected: boolean
}

const inputTypes = new Set(
  'hidden text search tel url email password date month week time datetime-local number range color checkbox radio file submit image reset button'.split(' '),
)

/** The controls whose form owner this form is, in document order. */
export function controlsOf(form: Element, document: ParsedDocument): Control[] {
  const controls = (indexFor(document).controlsOf.get(form) ?? []).map(toControl)
  keepOneChecked(controls)
  return controls
}

/** Of the radio buttons of a group the last that says so is checked (HTML standard, section 4.10.5.1.17), a disabled one too. */
function keepOneChecked(controls: readonly Control[]): void {
  const groups = new Set<string>()
  for (const control of controls.toReversed()) {
    if (control.type !== 'radio' || control.name === '' || !control.checked) continue
    if (groups.has(control.name)) control.checked = false
    groups.add(control.name)
  }
}

function toControl(place: PlacedControl): Control {
  const { element, disabled } = place
  const name = attribute(element, 'name') ?? ''
  const base = { element, place, name, disabled, checked: hasAttribute(element, 'checked'), options: [] as Option[] }
  switch (element.tagName) {
    case 'select':
      return { ...base, type: 'select', value: '', checked: false, options: optionsOf(element) }
    case 'textarea':
      // parse5 has dropped the line end that directly follows the tag.
      return { ...base, type: 'textarea', value: textContent(element).replace(/\r\n?/g, '\n') }
    case 'button': {
      const type = attribute(element, 'type')?.toLowerCase()
      return { ...base, type: type === 'reset' || type === 'button' ? 'button' : 'submit', value: attribute(element, 'value') ?? '' }
    }
    default: {
      const type = attribute(element, 'type')?.toLowerCase() ?? 'text'
      const known = inputTypes.has(type) ? type : 'text'
      const standard = known === 'checkbox' || known === 'radio' ? 'on' : ''
      return { ...base, type: known, value: sanitise(known, attribute(element, 'value') ?? standard) }
    }
  }
}

/** The value sanitisation that matters for a sign-in (HTML standard, section 4.10.5.1): single-line fields have no line ends. */
function sanitise(type: string, value: string): string {
  if (['text', 'search', 'tel', 'password'].includes(type)) return value.replace(/[\r\n]/g, '')
  if (type === 'email' || type === 'url') return value.replace(/[\r\n]/g, '').trim()
  if (type === 'number') return /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?$/i.test(value) ? value : ''
  return value
}

function optionsOf(select: Element): Option[] {
  const multiple = hasAttribute(select, 'multiple')
  const options: Option[] = []
  for (const element of elements(select)) {
    if (element.tagName !== 'option') continue
    const group = element.parentNode
    const inDisabledGroup = group !== null && isElement(group) && group.tagName === 'optgroup' && hasAttribute(group, 'disabled')
    options.push({
      value: attribute(element, 'value') ?? textContent(element).replace(/\s+/g, ' ').trim(),
      disabled: hasAttribute(element, 'disabled') || inDisabledGroup,
      selected: hasAttribute(element, 'selected'),
    })
  }
  if (!multiple) keepOneSelected(options, Number(attribute(select, 'size') ?? 1))
  return options
}

/** The selectedness setting algorithm: a drop-down always shows one option, the last that says so, else the first that can be. */
function keepOneSelected(options: Option[], size: number): void {
  const last = options.findLast(({ selected }) => selected)
  for (const option of options) option.selected = option === last
  const first = options.find(({ disabled }) => !disabled)
  if (last === undefined && size <= 1 && first !== undefined) first.selected = true
}
