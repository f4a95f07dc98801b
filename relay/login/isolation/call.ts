import type { Browser, Form, FormField, Page, PageImage, SignInContext } from '../../../adapters/index.ts'
import { revived } from './values.ts'
import { Handle, type HandleKind, pack, unpack } from './wire.ts'

/** What a hook was called with; which of it there is depends on the hook. */
export type HookContext = Partial<SignInContext> & Pick<SignInContext, 'settings' | 'signal'>

/** What an adapter may ask for is counted, and how long its asks are, in characters: one that asks without end is stopped. */
const most = { operations: 5000, characters: 67_108_864 }

/**
 * One call of a hook, on the relay's side: what the adapter was given, by number. A number of another call means nothing here: no
 * adapter reaches another account's secret or page.
 */
export class Call {
  readonly context: HookContext
  readonly #objects = new Map<number, { readonly kind: HandleKind; readonly object: object }>()
  readonly #numbers = new Map<object, Handle>()
  readonly #errors: unknown[] = []
  readonly #scrub: (text: string) => string
  /** Runs the function for a fresh captcha image that the adapter gave with the request of this number. */
  readonly reload: (ask: number) => Promise<Buffer>
  #operations = 0
  #characters = 0

  constructor(context: HookContext, reload: (ask: number) => Promise<Buffer>) {
    this.context = context
    this.reload = reload
    const { browser } = context
    this.#scrub = browser !== undefined && 'scrub' in browser ? (browser.scrub as (text: string) => string) : (text) => text
  }

  get browser(): Browser {
    const { browser } = this.context
    if (browser === undefined) throw new TypeError('there is no browser in this hook')
    return browser
  }

  /** `RangeError`: it asked for too much. */
  countOperation(characters: number): void {
    this.#operations += 1
    this.#characters += characters
    if (this.#operations > most.operations || this.#characters > most.characters) throw new RangeError('it asked for too much')
  }

  /** The same object has the same handle. */
  handle(kind: HandleKind, object: object): Handle {
    let handle = this.#numbers.get(object)
    if (handle === undefined) {
      handle = new Handle(kind, this.#numbers.size + 1)
      this.#numbers.set(object, handle)
      this.#objects.set(handle.id, { kind, object })
      revived.add(object)
    }
    return handle
  }

  pack(value: unknown): unknown {
    return pack(value)
  }

  /** `TypeError` for a handle that this call did not give out. */
  unpack(value: unknown): unknown {
    return unpack(value, ({ kind, id }) => {
      const found = this.#objects.get(id)
      if (found === undefined || found.kind !== kind) throw new TypeError(`there is no such ${kind} in this sign-in`)
      return found.object
    })
  }

  /** An error of the relay's own that is shown to the adapter, so that it is known again when it comes back. */
  noteError(error: unknown): number {
    this.#errors.push(error)
    return this.#errors.length - 1
  }

  errorAt(number: number): unknown {
    return this.#errors[number]
  }

  /** Text of a site as the adapter may see it: it may quote a secret that was sent there. */
  safe(text: string): string {
    return this.#scrub(text)
  }

  /** An address of a site likewise: of one that quotes a secret the origin alone. */
  safeUrl(url: URL): URL {
    if (this.safe(url.href) === url.href) return url
    return url.origin === 'null' ? new URL('about:blank') : new URL(url.origin)
  }

  pageFacts(page: Page): object {
    const { url, status, title, encoding, redirects } = page
    return {
      page: this.handle('page', page),
      url: this.safeUrl(url),
      status,
      title: this.safe(title),
      encoding,
      redirects: redirects.map((one) => this.safeUrl(one)),
    }
  }

  formFacts(form: Form): object {
    const { id, name, method, action, enctype } = form
    const named = { id: this.safe(id), name: this.safe(name) }
    return { form: this.handle('form', form), ...named, method, action: this.safeUrl(action), enctype, fields: this.fieldFacts(form) }
  }

  fieldFacts({ fields }: Form): FormField[] {
    return fields.map((field) => ({
      ...field,
      id: this.safe(field.id),
      name: this.safe(field.name),
      autocomplete: this.safe(field.autocomplete),
      label: this.safe(field.label),
      value: this.safe(field.value),
      options: field.options.map((one) => this.safe(one)),
    }))
  }

  imageFacts(image: PageImage): object {
    const { src, alt, id, className } = image
    const named = { alt: this.safe(alt), id: this.safe(id), className: this.safe(className) }
    return { image: this.handle('image', image), src: src && this.safeUrl(src), ...named }
  }
}
