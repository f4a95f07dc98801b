import { type Html, html } from './html.ts'

interface CheckboxOptions {
  /** Default: the name. */
  readonly id?: string
  /** What the form has where it is checked. Default: `on`, as browsers have it. */
  readonly value?: string
  readonly hint?: string
  readonly isChecked?: boolean
  readonly isRequired?: boolean
  /** It stands among other fields of a form, not among boxes. */
  readonly isField?: boolean
}

/** A box to check, its label, and a hint below it. */
export function checkbox(name: string, label: string, { id = name, value = 'on', hint, isChecked, isRequired, isField }: CheckboxOptions = {}): Html {
  return html`<div class="${isField === true ? 'field check' : 'check'}"><input id="${id}" name="${name}" type="checkbox" value="${value}"${isChecked === true && html` checked`}${isRequired === true && html` required`}><label for="${id}">${label}</label>${hint !== undefined && html`<small>${hint}</small>`}</div>`
}
