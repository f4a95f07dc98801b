import type { FormField, Page } from '../../contract.ts'
import { wordingPattern } from '../../signs.ts'
import type { SignInForm } from '../fields/find-form.ts'
import type { LiteralPlace } from './literal-place.ts'
import { type Made, made, type Value } from './value.ts'

/** A value that `read` of the settings names. */
export type Source = Readonly<Record<string, string>>

/** Values that a form reads, texts that are looked for in the page, and how much of the page; selectors and addresses, in characters. */
const most = { sources: 20, patterns: 100, scripts: 1_000_000, selector: 500 }

/** The sign-in form as a script sees it, and what of the page it reads. */
export class PagePlaces {
  readonly passwordField: string
  readonly #byName = new Map<string, FormField>()
  readonly #byId = new Map<string, FormField>()
  readonly #url: URL
  readonly #user: string | undefined
  /** Where `read` looks for a text. */
  readonly #scripts: string
  readonly #sources = new Map<string, Source>()
  readonly #nameOf = new Map<string, string>()
  /** For each pattern, what it finds. */
  readonly #found = new Map<string, string | undefined>()

  constructor(page: Page, { form, user }: SignInForm, password: string) {
    this.passwordField = password
    this.#url = page.url
    this.#user = user
    this.#scripts = [page.text, ...page.query('script').map((script) => script.text)].join('\n').slice(0, most.scripts)
    // Fields outside of the form are read, too: a salt beside it.
    for (const field of [form, ...page.forms.filter((one) => one !== form)].flatMap(({ fields }) => fields)) {
      if (!this.#byName.has(field.name)) this.#byName.set(field.name, field)
      if (field.id !== '' && !this.#byId.has(field.id)) this.#byId.set(field.id, field)
    }
  }

  /** Is it an address of the page's own site, and not one that `read` would fill in? */
  isOwn(address: string): boolean {
    return address.length <= most.selector && !/[{}]/.test(address) && URL.parse(address, this.#url.href)?.origin === this.#url.origin
  }

  /** The names in an expression's `read`. */
  sourcesOf(names: readonly string[]): Readonly<Record<string, Source>> {
    return Object.fromEntries([...this.#sources].filter(([name]) => names.includes(name)))
  }

  /** The field of this name or id; undefined: the form has none. */
  field(nameOrId: string): Value | undefined {
    const found = this.#byName.get(nameOrId) ?? this.#byId.get(nameOrId)
    return found === undefined || found.name === '' ? undefined : { is: 'field', name: found.name }
  }

  /** What a selector stands for. */
  select(selector: string): Value {
    if (selector.length > most.selector) return { is: 'unknown' }
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
    const field = this.#byName.get(name)
    return field?.type === 'hidden' && field.value !== '' ? this.read(name, { field: name }) : undefined
  }

  /** The text of an element; of a control without a name, what it holds. */
  readElement(selector: string, isControl: boolean): Made | undefined {
    return this.read(selector.replace(/\W/g, '') || 'value', { element: selector, ...(isControl ? { attribute: 'value' } : {}) })
  }

  /** A string of a script in the page; undefined: its place does not lead to it. */
  readText(value: string, { name, pattern }: LiteralPlace): Made | undefined {
    if (!this.#found.has(pattern)) {
      if (this.#found.size >= most.patterns) return undefined
      this.#found.set(pattern, wordingPattern(pattern).exec(this.#scripts)?.[1])
    }
    return this.#found.get(pattern) === value ? this.read(name, { text: pattern }) : undefined
  }

  /** A value of the page, by a name that is its own; undefined: a form that reads so many is none that a person wrote. */
  read(wanted: string, source: Source): Made | undefined {
    const key = JSON.stringify(source)
    const known = this.#nameOf.get(key)
    if (known !== undefined) return made(known, false)
    if (this.#sources.size >= most.sources) return undefined
    const base = /^[A-Za-z]\w{0,30}$/.test(wanted) && !['password', 'username'].includes(wanted) ? wanted : 'value'
    let name = base
    for (let number = 2; this.#sources.has(name); number++) name = `${base}${number}`
    this.#sources.set(name, source)
    this.#nameOf.set(key, name)
    return made(name, false)
  }
}
