import type { Form, FormField, Page, RequestOptions, Value } from '../../../../adapters/index.ts'
import { encodingOf, outputEncoding } from '../html/encoding.ts'
import { parseAddress } from '../html/parse-address.ts'
import type { Element, ParsedDocument } from '../html/parse-html.ts'
import { attribute } from '../html/walk.ts'
import type { PageRequest } from '../requests/page-request.ts'
import { type Control, controlsOf } from './controls.ts'
import { encodeEntries, urlencoded } from './encode-entries.ts'
import { entryList, type PlacedSecret, placedSecret } from './entry-list.ts'
import { labelOf } from './label.ts'

export interface FormPlace {
  readonly element: Element
  readonly document: ParsedDocument
  readonly pageUrl: URL
  readonly baseUrl: URL
  readonly pageEncoding: string
  go(request: PageRequest, options?: RequestOptions): Promise<Page>
}

/** A form of a page, filled in and sent as a browser would (HTML standard, section 4.10.21.3). */
export class PageForm implements Form {
  readonly id: string
  readonly name: string
  readonly method: 'get' | 'post'
  readonly action: URL
  readonly enctype: string
  /** The element itself, so that a page can say what is inside it. */
  readonly element: Element
  readonly #place: FormPlace
  readonly #controls: readonly Control[]
  /** Handles that stand in a field. */
  protected readonly filled = new Map<Control, PlacedSecret>()
  /** What was filled in, ticked or cleared, in order. */
  protected readonly touched = new Set<Control>()
  readonly #descriptions = new Map<Control, Pick<FormField, 'id' | 'label' | 'autocomplete' | 'maxLength'>>()

  constructor(place: FormPlace) {
    const { element } = place
    this.#place = place
    this.element = element
    this.#controls = controlsOf(element, place.document)
    this.id = attribute(element, 'id') ?? ''
    this.name = attribute(element, 'name') ?? ''
    this.method = methodOf(attribute(element, 'method'))
    this.action = actionOf(attribute(element, 'action'), place)
    this.enctype = enctypeOf(attribute(element, 'enctype'))
  }

  get fields(): readonly FormField[] {
    return this.#controls.map((control) => ({
      name: control.name,
      type: control.type,
      ...this.#described(control),
      value: control.type === 'select' ? (control.options.find(({ selected }) => selected)?.value ?? '') : control.value,
      checked: control.checked,
      disabled: control.disabled,
      unseen: control.place.unseen,
      options: control.options.map(({ value }) => value),
    }))
  }

  /** What filling in does not change. */
  #described(control: Control): Pick<FormField, 'id' | 'label' | 'autocomplete' | 'maxLength'> {
    let description = this.#descriptions.get(control)
    if (description === undefined) {
      const { element } = control
      description = {
        id: attribute(element, 'id') ?? '',
        label: labelOf(control.place, this.#place.document),
        autocomplete: (attribute(element, 'autocomplete') ?? '').toLowerCase(),
        maxLength: positive(attribute(element, 'maxlength')),
      }
      this.#descriptions.set(control, description)
    }
    return description
  }

  fill(field: string, value: Value): Form {
    const isSecret = typeof value !== 'string'
    const control = this.#find(field, ({ type }) => !['checkbox', 'radio', 'submit', 'image', 'button', 'reset', 'file'].includes(type), isSecret)
    this.filled.delete(control)
    this.touched.add(control)
    if (typeof value !== 'string') this.filled.set(control, placedSecret(value))
    else if (control.type === 'select') {
      if (!control.options.some((option) => option.value === value)) throw new Error(`the list ${field} does not offer that value`)
      for (const option of control.options) option.selected = option.value === value
    } else control.value = value
    return this
  }

  check(field: string, on = true, value?: string): Form {
    const control = this.#find(field, (one) => (one.type === 'checkbox' || one.type === 'radio') && (value === undefined || one.value === value))
    if (control.type === 'radio' && on) for (const other of this.#controls) if (other.type === 'radio' && other.name === control.name) other.checked = false
    control.checked = on
    this.touched.add(control)
    return this
  }

  async submit(submitter?: string, options?: Pick<RequestOptions, 'headers'>): Promise<Page> {
    return this.#place.go(this.request(this.submitter(submitter)), options)
  }

  /** The submission itself; without a button: as a script makes it. */
  request(button?: Control): PageRequest {
    const { pageUrl, pageEncoding, element } = this.#place
    const own = (name: string) => (button === undefined ? undefined : attribute(button.element, name))
    const method = own('formmethod') === undefined ? this.method : methodOf(own('formmethod'))
    const action = own('formaction') === undefined ? this.action : actionOf(own('formaction'), this.#place)
    const enctype = own('formenctype') === undefined ? this.enctype : enctypeOf(own('formenctype'))
    const charset = charsetOf(attribute(element, 'accept-charset'), pageEncoding)
    const entries = entryList(this.#controls, button, this.filled, charset)
    // The question mark is written though nothing follows it.
    const query = entries.length === 0 ? [Buffer.alloc(0)] : urlencoded(entries, charset)
    if (method === 'get') return { method: 'GET', url: withoutQuery(action), query, referrer: pageUrl }
    const { contentType, body } = encodeEntries(entries, enctype, charset)
    return { method: 'POST', url: action, contentType, body, referrer: pageUrl }
  }

  /** Of several with that name the one that a person could put it into. */
  #find(field: string, fits: (control: Control) => boolean, isSecret = false): Control {
    const named = this.#controls.filter((one) => one.name === field && fits(one))
    const control =
      named.sort((one, other) => reach(other, isSecret) - reach(one, isSecret))[0] ??
      this.#controls.find((one) => attribute(one.element, 'id') === field && fits(one))
    if (control === undefined) throw new Error(`the form has no such field: ${field}`)
    return control
  }

  /** The button by name, id, value or what it says; by default the first that can be pressed. */
  protected submitter(wanted: string | undefined): Control | undefined {
    const buttons = this.#controls.filter(({ type, disabled }) => (type === 'submit' || type === 'image') && !disabled)
    if (wanted === undefined) return buttons[0]
    const found =
      buttons.find(({ name, value, element }) => name === wanted || attribute(element, 'id') === wanted || value === wanted) ??
      buttons.find(({ place }) => labelOf(place, this.#place.document) === wanted)
    if (found === undefined) throw new Error(`the form has no such button: ${wanted}`)
    return found
  }
}

/** How well a person could reach a control: what is sent comes before what is seen, and a password is typed where it does not show. */
function reach({ disabled, type, place }: Control, isSecret: boolean): number {
  return (disabled ? 0 : 8) + (type === 'hidden' ? 0 : 4) + (place.unseen ? 0 : 2) + (isSecret && type === 'password' ? 1 : 0)
}

function methodOf(text: string | undefined): 'get' | 'post' {
  return text?.toLowerCase() === 'post' ? 'post' : 'get'
}

function enctypeOf(text: string | undefined): string {
  const known = text?.toLowerCase() ?? ''
  return known === 'multipart/form-data' || known === 'text/plain' ? known : 'application/x-www-form-urlencoded'
}

/** An empty action is the page itself, query included, whatever the base. */
function actionOf(text: string | undefined, { pageUrl, baseUrl, pageEncoding }: FormPlace): URL {
  const named = text === undefined || text.trim() === '' ? undefined : parseAddress(text, baseUrl, pageEncoding)
  if (named !== undefined) return named
  const itself = new URL(pageUrl)
  itself.hash = ''
  return itself
}

function withoutQuery(action: URL): URL {
  const url = new URL(action)
  url.search = ''
  return url
}

/** "Picking an encoding for the form": the first label that is one, else the page's; forms are never sent in UTF-16. */
function charsetOf(acceptCharset: string | undefined, pageEncoding: string): string {
  for (const label of (acceptCharset ?? '').split(/[\s,]+/)) {
    const encoding = encodingOf(label)
    if (encoding !== undefined) return outputEncoding(encoding)
  }
  return outputEncoding(pageEncoding)
}

function positive(text: string | undefined): number | undefined {
  const value = Number.parseInt(text ?? '', 10)
  return Number.isInteger(value) && value >= 0 ? value : undefined
}
