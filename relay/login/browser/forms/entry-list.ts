import type { Derived } from '../../../../adapters/index.ts'
import type { Derivation } from '../../../outbound/index.ts'
import { Secret } from '../../../vault/index.ts'
import type { Element } from '../html/parse-html.ts'
import { attribute, isElement } from '../html/walk.ts'
import type { Control } from './controls.ts'

/** A handle that stands in a field, and what is made of it before it is sent. */
export interface PlacedSecret {
  readonly secret: Secret
  readonly derivation?: Derivation
}

export function placedSecret(value: Secret | Derived): PlacedSecret {
  return value instanceof Secret ? { secret: value } : { secret: value.secret, derivation: value.derivation }
}

/** A name and a value as the form sends them; a secret stays a handle. */
export interface Entry {
  readonly name: string
  readonly value: string | PlacedSecret
  /** No file was chosen: an empty one is sent where files can be. */
  readonly file?: true
}

/** Constructing the entry list (HTML standard, section 4.10.21.4). `filled`: handles that stand in a field, by control. */
export function entryList(controls: readonly Control[], submitter: Control | undefined, filled: ReadonlyMap<Control, PlacedSecret>, encoding: string): Entry[] {
  const entries: Entry[] = []
  for (const control of controls) {
    const { name, type } = control
    if (control.disabled || control.place.inDatalist) continue
    const isButton = type === 'submit' || type === 'image' || type === 'reset' || type === 'button'
    if (isButton && control !== submitter) continue
    if (type === 'image') {
      // Where the button was clicked; a press of Enter clicks at its corner.
      const prefix = name === '' ? '' : `${name}.`
      entries.push({ name: `${prefix}x`, value: '0' }, { name: `${prefix}y`, value: '0' })
      continue
    }
    if (name === '') continue
    if ((type === 'checkbox' || type === 'radio') && !control.checked) continue
    if (type === 'select') {
      for (const { value, selected, disabled } of control.options) if (selected && !disabled) entries.push({ name, value })
    } else if (type === 'file') {
      entries.push({ name, value: '', file: true })
    } else if (type === 'hidden' && name.toLowerCase() === '_charset_') {
      entries.push({ name, value: encoding })
    } else {
      entries.push({ name, value: filled.get(control) ?? (isUnlabelled(control) ? 'Submit' : control.value) })
    }
    const direction = directionOf(control)
    if (direction !== undefined) entries.push(direction)
  }
  return entries
}

/** By element: a page of many fields must not cost its depth for each. */
const directions = new WeakMap<Element, string>()

/** What `dirname` asks for: which way the text runs, as the page says. */
function directionOf({ type, element }: Control): Entry | undefined {
  const name = attribute(element, 'dirname') ?? ''
  if (name === '' || !/^(?:hidden|text|search|tel|url|email|password|submit|textarea)$/.test(type)) return undefined
  return { name, value: directionAt(element) }
}

/** As deep as a page may be: `mostOpen`. */
function directionAt(element: Element): string {
  const known = directions.get(element)
  if (known !== undefined) return known
  const own = attribute(element, 'dir')?.toLowerCase()
  const { parentNode: up } = element
  const direction = own === 'ltr' || own === 'rtl' ? own : up !== null && isElement(up) ? directionAt(up) : 'ltr'
  directions.set(element, direction)
  return direction
}

/** A button without a value of its own sends what stands on it, by the browser's own wording. */
function isUnlabelled({ type, element }: Control): boolean {
  return type === 'submit' && element.tagName === 'input' && attribute(element, 'value') === undefined
}
