import type { FormField, Page } from '../../contract.ts'
import { wordingPattern } from '../../signs.ts'
import type { SignInForm } from '../find-form.ts'
import type { LiteralPlace } from './literal-place.ts'
import { type Made, made, type Value } from './value.ts'

/** A value that `read` of the settings names. */
export type Source = Readonly<Record<string, string>>

/** The sign-in form as a script sees it, and what of the page it reads. */
export class PagePlaces {
  readonly passwordField: string
  readonly #fields: readonly FormField[]
  readonly #user: string | undefined
  /** Where `read` looks for a text. */
  readonly #scripts: string
  readonly #sources = new Map<string, Source>()

  constructor(page: Page, { form, user }: SignInForm, password: string) {
    this.passwordField = password
    this.#user = user
    this.#scripts = [page.text, ...page.query('script').map((script) => script.text)].join('\n')
    // Fields outside of the form are read, too: a salt beside it.
    this.#fields = [...form.fields, ...page.forms.filter((one) => one !== form).flatMap(({ fields }) => fields)]
  }

  /** The names in an expression's `read`. */
  sourcesOf(names: readonly string[]): Readonly<Record<string, Source>> {
    return Object.fromEntries([...this.#sources].filter(([name]) => names.includes(name)))
  }

  /** The field of this name or id; undefined: the form has none. */
  field(nameOrId: string): Value | undefined {
    const found = this.#fields.find(({ name }) => name === nameOrId) ?? this.#fields.find(({ id }) => id === nameOrId && id !== '')
    return found === undefined || found.name === '' ? undefined : { is: 'field', name: found.name }
  }

  /** What a selector stands for. */
  select(selector: string): Value {
    const text = selector.trim()
    if (/^input\[type=["']?password["']?\]$/i.test(text)) return { is: 'field', name: this.passwordField }
    const [, meta] = /^meta\[name=["']?([\w.:-]+)["']?\]$/i.exec(text) ?? []
    if (meta !== undefined) return { is: 'meta', name: meta }
    // The last part says which element it is.
    const last = text.split(/[\s>]+/).at(-1) ?? ''
    const name =
      /^#([\w-]+)$/.exec(last)?.[1] ?? /^(?:input|textarea)?(?:#([\w-]+))?(?:\[[^\]]*\])*$/i.exec(last)?.[1] ?? /\[name=["']?([\w.:-]+)["']?\]/i.exec(last)?.[1]
    const field = name === undefined ? undefined : this.field(name)
    if (field !== undefined) return field
    return /^#[\w-]+$/.test(last) ? { is: 'element', selector: last } : { is: 'unknown' }
  }

  /** What a field holds before a script has changed it; undefined: nobody knows. */
  initial(name: string): Made | undefined {
    if (name === this.passwordField) return made('password', true)
    if (name === this.#user) return made('username', false)
    const field = this.#fields.find((one) => one.name === name)
    return field?.type === 'hidden' && field.value !== '' ? this.read(name, { field: name }) : undefined
  }

  /** The text of an element; of a control without a name, what it holds. */
  readElement(selector: string, isControl: boolean): Made {
    return this.read(selector.replace(/\W/g, '') || 'value', { element: selector, ...(isControl ? { attribute: 'value' } : {}) })
  }

  /** A string of a script in the page; undefined: its place does not lead to it. */
  readText(value: string, { name, pattern }: LiteralPlace): Made | undefined {
    if (wordingPattern(pattern).exec(this.#scripts)?.[1] === value) return this.read(name, { text: pattern })
    return undefined
  }

  /** A value of the page, by a name that is its own. */
  read(wanted: string, source: Source): Made {
    const known = [...this.#sources].find(([, one]) => JSON.stringify(one) === JSON.stringify(source))
    if (known !== undefined) return made(known[0], false)
    const base = /^[A-Za-z]\w{0,30}$/.test(wanted) && !['password', 'username'].includes(wanted) ? wanted : 'value'
    let name = base
    for (let number = 2; this.#sources.has(name); number++) name = `${base}${number}`
    this.#sources.set(name, source)
    return made(name, false)
  }
}
