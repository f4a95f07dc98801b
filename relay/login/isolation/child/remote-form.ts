import type { Form, FormField, Page, RequestOptions, Value } from '../../../../adapters/index.ts'
import type { Handle } from '../wire.ts'
import type { Remote } from './remote.ts'

interface FormFacts extends Pick<Form, 'id' | 'name' | 'method' | 'action' | 'enctype' | 'fields'> {
  readonly form: Handle
}

/** A form that the relay holds. */
export class RemoteForm implements Form {
  readonly id: string
  readonly name: string
  readonly method: 'get' | 'post'
  readonly action: URL
  readonly enctype: string
  readonly #remote: Remote
  readonly #toPage: (facts: unknown) => Page
  #fields: readonly FormField[]

  constructor(facts: unknown, remote: Remote, toPage: (facts: unknown) => Page) {
    const { form, id, name, method, action, enctype, fields } = facts as FormFacts
    this.id = id
    this.name = name
    this.method = method
    this.action = action
    this.enctype = enctype
    this.#fields = fields
    this.#remote = remote
    this.#toPage = toPage
    remote.bind(this, form)
  }

  get fields(): readonly FormField[] {
    return this.#fields
  }

  fill(field: string, value: Value): Form {
    this.#fields = this.#remote.now('fill', [this, field, value]) as FormField[]
    return this
  }

  check(field: string, on = true, value?: string): Form {
    this.#fields = this.#remote.now('check', [this, field, on, value ?? null]) as FormField[]
    return this
  }

  async submit(submitter?: string, options?: Pick<RequestOptions, 'headers'>): Promise<Page> {
    return this.#toPage(await this.#remote.ask('submit', [this, submitter ?? null, options ?? null]))
  }
}
