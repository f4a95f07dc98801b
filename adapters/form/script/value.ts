import type { ArrowFunctionExpression, FunctionDeclaration, FunctionExpression } from 'acorn'
import type { LiteralPlace } from './literal-place.ts'

export type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression

/** What a piece of a script stands for, as far as that can be told without running it. */
export type Value =
  | Made
  /** A string of the script; `place` where a later page may have another one. */
  | { readonly is: 'text'; readonly value: string; readonly place?: LiteralPlace }
  | { readonly is: 'number'; readonly value: number }
  /** A control of the form, by DOM or jQuery. */
  | { readonly is: 'field'; readonly name: string }
  | { readonly is: 'element'; readonly selector: string }
  | { readonly is: 'meta'; readonly name: string }
  /** What an address of the site answers, or a part of it. */
  | { readonly is: 'answer'; readonly url: string; readonly method: 'get' | 'post'; readonly path: readonly string[] }
  /** An answer with its JSON still inside: what `fetch` gives, and what axios does. */
  | { readonly is: 'response'; readonly of: Value }
  | { readonly is: 'promise'; readonly of: Value }
  | { readonly is: 'cipher'; readonly kind: CipherKind; readonly key: Map<string, Value> }
  | { readonly is: 'characters'; readonly of: Made; readonly isReversed: boolean }
  | { readonly is: 'function'; readonly node: FunctionNode; readonly scope: Scope }
  | { readonly is: 'record'; readonly values: Map<string, Value> }
  /** A name that the scripts do not explain: of a library, of the browser. */
  | { readonly is: 'named'; readonly path: string }
  | { readonly is: 'unknown' }

/** Objects of libraries that encrypt: JSEncrypt, RSAKey of Tom Wu, the key pair of David Shapiro. */
export type CipherKind = 'jsencrypt' | 'rsakey' | 'keypair'

/** A text that is computed: in the language of `transform`. */
export interface Made {
  readonly is: 'made'
  readonly text: string
  /** The password is in it. */
  readonly isSecret: boolean
  /** The operation that it is the outcome of, where its form is still open: `toString('base64')`. */
  readonly by?: { readonly operation: string; readonly of: string }
  /** CryptoJS's own form of bytes. */
  readonly isBytes?: true
}

export const unknown: Value = { is: 'unknown' }

export function made(text: string, isSecret: boolean): Made {
  return { is: 'made', text, isSecret }
}

/** An operation of `transform`; undefined where a part is not known. */
export function operation(name: string, parts: readonly (Made | undefined)[], extra: Pick<Made, 'isBytes'> = {}): Made | undefined {
  const known = parts.filter((part) => part !== undefined)
  if (known.length < parts.length) return undefined
  const of = known.map(({ text }) => text).join(', ')
  if (of.length > longest) return undefined
  return { is: 'made', text: `${name}(${of})`, isSecret: known.some(({ isSecret }) => isSecret), by: { operation: name, of }, ...extra }
}

/** `transform` takes no more. */
const longest = 1900

/** The same bytes, written otherwise; undefined: its form is no longer open. */
export function writtenAs({ by, isSecret }: Made, format: 'hex' | 'HEX' | 'base64' | 'bytes'): Made | undefined {
  return by === undefined ? undefined : made(`${by.operation}.${format}(${by.of})`, isSecret)
}

/** A text as it stands; undefined: `transform` has no way to write it. */
export function textOf(text: string): Made | undefined {
  if (text.length > 200 || /[\r\n]/.test(text)) return undefined
  if (!text.includes('"')) return made(`"${text}"`, false)
  return text.includes("'") ? undefined : made(`'${text}'`, false)
}

export function joined(parts: readonly (Made | undefined)[]): Made | undefined {
  const known = parts.filter((part) => part !== undefined)
  if (known.length < parts.length) return undefined
  const said = known.filter(({ text }) => text !== '""')
  const [only] = said
  if (said.length === 1 && only !== undefined) return made(only.text, only.isSecret)
  if (said.reduce((length, { text }) => length + text.length + 3, 0) > longest) return undefined
  return said.length === 0
    ? made('""', false)
    : made(
        said.map(({ text }) => text).join(' + '),
        said.some(({ isSecret }) => isSecret),
      )
}

/** Do they stand for the same? */
export function isSame(one: Value, other: Value): boolean {
  if (one === other) return true
  if (one.is === 'made' && other.is === 'made') return one.text === other.text
  if (one.is === 'text' && other.is === 'text') return one.value === other.value
  return one.is === 'field' && other.is === 'field' && one.name === other.name
}

/** The variables of a function or of a block, inside those around it. */
export class Scope {
  readonly #values = new Map<string, Value>()
  readonly #outer: Scope | undefined
  /** Where a `var` of it is. */
  readonly ofFunction: Scope

  constructor(outer?: Scope, kind: 'function' | 'block' = 'function') {
    this.#outer = outer
    this.ofFunction = kind === 'block' ? (outer?.ofFunction ?? this) : this
  }

  get(name: string): Value | undefined {
    return this.#values.get(name) ?? this.#outer?.get(name)
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value)
  }

  /** Where the variable is; one that nobody has declared is a global one. */
  ownerOf(name: string): Scope {
    return this.#values.has(name) || this.#outer === undefined ? this : this.#outer.ownerOf(name)
  }
}
