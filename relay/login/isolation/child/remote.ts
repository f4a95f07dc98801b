import { type Handle, pack, unpack } from '../wire.ts'
import type { Port } from './port.ts'

/** What a handle that the adapter holds, prints and serialises as. */
const words = { secret: '[secret]', token: '[token]', page: '[page]', form: '[form]', image: '[image]' } as const

/** Stands for what only the relay holds. */
class Held {
  readonly isSessionToken?: true
  readonly #words: string

  constructor(handle: Handle) {
    this.#words = words[handle.kind]
    if (handle.kind === 'token') this.isSessionToken = true
    Object.freeze(this)
  }

  toString(): string {
    return this.#words
  }

  toJSON(): string {
    return this.#words
  }
}

/** One call of a hook: what crosses to the relay, and what stands here for what it holds. */
export class Remote {
  readonly #port: Port
  readonly #call: number
  readonly #handles = new WeakMap<object, Handle>()
  readonly #objects = new Map<number, object>()

  constructor(port: Port, call: number) {
    this.#port = port
    this.#call = call
  }

  async ask(operation: string, given: unknown[], onNumber?: (id: number) => void): Promise<unknown> {
    return this.#own(await this.#port.ask(this.#call, operation, this.#packed(given), onNumber))
  }

  now(operation: string, given: unknown[]): unknown {
    return this.#own(this.#port.askNow(this.#call, operation, this.#packed(given)))
  }

  /** The object that stands for a handle: always the same one. */
  object(handle: Handle): object {
    let object = this.#objects.get(handle.id)
    if (object === undefined) {
      object = new Held(handle)
      this.bind(object, handle)
    }
    return object
  }

  /** From now on this object stands for the handle. */
  bind(object: object, handle: Handle): void {
    this.#objects.set(handle.id, object)
    this.#handles.set(object, handle)
  }

  handleOf(object: object): Handle | undefined {
    return this.#handles.get(object)
  }

  #packed(given: unknown[]): unknown[] {
    return pack(given, (object) => this.handleOf(object)) as unknown[]
  }

  /** Handles of pages, forms and images become objects where it is known what they are. */
  #own(value: unknown): unknown {
    return unpack(value, (handle) => (handle.kind === 'secret' || handle.kind === 'token' ? this.object(handle) : handle))
  }
}
