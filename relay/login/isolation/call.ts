import type { Browser, Form, FormField, Page, PageImage, SignInContext } from '../../../adapters/index.ts'
import { revived } from './values.ts'
import { Handle, type HandleKind, pack, unpack } from './wire.ts'

/** What a hook was called with; which of it there is depends on the hook. */
export type HookContext = Partial<SignInContext> & Pick<SignInContext, 'settings' | 'signal'>

/** What an adapter may ask for is counted: one that asks without end is stopped. */
const mostOperations = 5000

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

  countOperation(): void {
    this.#operations += 1
    if (this.#operations > mostOperations) throw new RangeError('it asked for too much')
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

  pageFacts(page: Page): object {
    const { url, status, title, encoding, redirects } = page
    const safeUrl = (one: URL) => (this.safe(one.href) === one.href ? one : new URL(one.origin))
    return { page: this.handle('page', page), url: safeUrl(url), status, title: this.safe(title), encoding, redirects: redirects.map(safeUrl) }
  }

  formFacts(form: Form): object {
    const { id, name, method, action, enctype } = form
    return { form: this.handle('form', form), id, name, method, action, enctype, fields: this.fieldFacts(form) }
  }

  fieldFacts({ fields }: Form): FormField[] {
    return fields.map((field) => ({
      ...field,
      label: this.safe(field.label),
      value: this.safe(field.value),
      options: field.options.map((one) => this.safe(one)),
    }))
  }

  imageFacts(image: PageImage): object {
    const { src, alt, id, className } = image
    return { image: this.handle('image', image), src, alt: this.safe(alt), id, className }
  }
}
