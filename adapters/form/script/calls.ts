import { callCipher, callText } from './libraries.ts'
import type { PagePlaces } from './page-places.ts'
import { type Made, made, operation, unknown, type Value } from './value.ts'

type Callable = Extract<Value, { is: 'function' }>

/** What calls have of the scripts they stand in. */
export interface CallHost {
  readonly places: PagePlaces
  /** As a text of `transform`; undefined: not known. */
  made(value: Value): Made | undefined
  fieldValue(name: string): Value
  setField(name: string, value: Value): void
  /** A member of an object, in this way through the scripts. */
  set(values: Map<string, Value>, name: string, value: Value): void
  enter(callee: Callable, given: readonly Value[]): Value
  /** The same as a way of its own. */
  fork(callback: Callable, given: readonly Value[]): Value
  /** Functions among them may be called by whoever has them. */
  callbacks(values: readonly Value[]): Value
}

/** Calls of the browser, of jQuery, of texts and of objects. */
export class Calls {
  readonly #host: CallHost

  constructor(host: CallHost) {
    this.#host = host
  }

  /** jQuery and the DOM. */
  ofPage(path: string, [first = unknown]: readonly Value[]): Value | undefined {
    if (/^(?:\$|jQuery|layui\.\$)$/.test(path))
      return first.is === 'text' ? this.#host.places.select(first.value) : first.is === 'function' ? this.#host.callbacks([first]) : first
    if (first.is !== 'text') return undefined
    switch (path.split('.').at(-1)) {
      case 'getElementById':
        return this.#host.places.select(`#${first.value}`)
      case 'getElementsByName':
        return this.#host.places.field(first.value) ?? unknown
      case 'querySelector':
      case 'find':
        return this.#host.places.select(first.value)
      default:
        return undefined
    }
  }

  /** Requests whose answer a callback, or `then`, is given. */
  fetched(path: string, values: readonly Value[]): Value | undefined {
    const [first = unknown, ...others] = values
    const [, library, verb = 'fetch'] = /^(?:(\$|jQuery|axios)\.(get|post|getJSON|ajax)|fetch)$/.exec(path) ?? []
    if (library === undefined && path !== 'fetch') return undefined
    const options = first.is === 'record' ? first.values : new Map<string, Value>()
    const url = first.is === 'record' ? options.get('url') : first
    const type = options.get('type') ?? options.get('method')
    const isPost = verb === 'post' || (type?.is === 'text' && /^post$/i.test(type.value))
    // Of this site alone, and the same for everybody.
    if (url?.is !== 'text' || !this.#host.places.isOwn(url.value)) return this.#host.callbacks([...values, ...options.values()])
    const answer: Value = { is: 'answer', url: url.value, method: isPost ? 'post' : 'get', path: [] }
    for (const callback of [...others, options.get('success'), options.get('done')]) if (callback?.is === 'function') this.#host.fork(callback, [answer])
    return { is: 'promise', of: verb === 'fetch' || library === 'axios' ? { is: 'response', of: answer } : answer }
  }

  /** A method of what is known. */
  ofMethod(base: Value, method: string, values: readonly Value[]): Value {
    const [first = unknown, second] = values
    const given = values.map((one) => this.#host.made(one))
    switch (base.is) {
      case 'field':
        return this.#ofField(base.name, method, values)
      case 'element':
        if (/^(?:text|html|val)$/.test(method) && first === unknown) return this.#host.places.readElement(base.selector, method === 'val') ?? unknown
        return /^(?:attr|getAttribute|data)$/.test(method) && first.is === 'text' && second === undefined
          ? (this.#host.places.read(first.value, { element: base.selector, attribute: method === 'data' ? `data-${first.value}` : first.value }) ?? unknown)
          : this.#host.callbacks(values)
      case 'meta':
        return /^(?:attr|getAttribute)$/.test(method) && first.is === 'text' && first.value === 'content'
          ? (this.#host.places.read(base.name, { meta: base.name }) ?? unknown)
          : unknown
      case 'cipher':
        return callCipher(base, method, given, this.#host.set) ?? unknown
      case 'made':
        if (method === 'replace') return isTrimming(first) ? base : unknown
        return callText(base, method, given, values) ?? unknown
      case 'text':
      case 'number':
        return callText(this.#host.made(base) ?? made('""', false), method, given, values) ?? unknown
      case 'characters':
        if (method === 'reverse') return { ...base, isReversed: !base.isReversed }
        if (method !== 'join' || first.is !== 'text' || first.value !== '') return unknown
        return base.isReversed ? (operation('reverse', [base.of]) ?? unknown) : base.of
      case 'response':
        return method === 'json' || method === 'text' ? { is: 'promise', of: base.of } : unknown
      case 'promise':
        if (!/^(?:then|done|success)$/.test(method) || first.is !== 'function') return this.#host.callbacks(values)
        return { is: 'promise', of: unwrapped(this.#host.fork(first, [base.of])) }
      case 'record': {
        const own = base.values.get(method)
        return own?.is === 'function' ? this.#host.enter(own, values) : this.#host.callbacks(values)
      }
      default:
        return first.is === 'text' && /^(?:find|querySelector)$/.test(method) ? this.#host.places.select(first.value) : this.#host.callbacks(values)
    }
  }

  #ofField(name: string, method: string, values: readonly Value[]): Value {
    const [first, second] = values
    const isValue = first?.is === 'text' && first.value === 'value'
    if (method === 'val' && first === undefined) return this.#host.fieldValue(name)
    if (/^(?:attr|prop|getAttribute)$/.test(method) && isValue && second === undefined) return this.#host.fieldValue(name)
    const set = method === 'val' ? first : /^(?:attr|prop|setAttribute)$/.test(method) && isValue ? second : undefined
    if (set !== undefined) this.#host.setField(name, this.#host.made(set) ?? unknown)
    else this.#host.callbacks(values)
    return { is: 'field', name }
  }
}

function unwrapped(value: Value): Value {
  return value.is === 'promise' ? value.of : value
}

/** `replace(/(^\s+)|(\s+$)/g, '')`. */
function isTrimming(pattern: Value): boolean {
  return pattern.is === 'named' && /^\/[()|^$*+\\s]+\/$/.test(pattern.path)
}
