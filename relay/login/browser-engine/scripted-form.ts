import type { Page } from '../../../adapters/index.ts'
import { attribute } from '../browser/html/walk.ts'
import { type Control, type FormPlace, PageForm, type PlacedSecret } from '../browser/index.ts'

/** What is done to a control of the live page. */
export interface Deed {
  /** Its place among the controls that were read with the document. */
  readonly control: number
  readonly name: string
  readonly type: string
  readonly maxLength: number | undefined
  readonly value: string | PlacedSecret
  readonly checked: boolean
}

/** Does it in the page, presses the button, and gives what comes. */
export type Press = (deeds: readonly Deed[], button: number | undefined) => Promise<Page>

/** A form of a page with scripts: filled in and pressed in the page itself, so that its scripts do with it what they are made for. */
export class ScriptedForm extends PageForm {
  readonly #press: Press

  constructor(place: FormPlace, press: Press) {
    super(place)
    this.#press = press
  }

  override submit(submitter?: string): Promise<Page> {
    const button = this.submitter(submitter)
    const deeds = [...this.touched].map((control): Deed => {
      const { name, type, checked } = control
      const value = this.filled.get(control) ?? (type === 'select' ? (control.options.find(({ selected }) => selected)?.value ?? '') : control.value)
      return { control: placeOf(control), name, type, checked, value, maxLength: numberOf(control, 'maxlength') }
    })
    return this.#press(deeds, button === undefined ? undefined : placeOf(button))
  }
}

function placeOf(control: Control): number {
  return numberOf(control, 'data-relay-control') ?? -1
}

function numberOf({ element }: Control, name: string): number | undefined {
  const value = Number.parseInt(attribute(element, name) ?? '', 10)
  return Number.isInteger(value) && value >= 0 ? value : undefined
}
