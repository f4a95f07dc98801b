/**
 * Values as they cross between the relay and an adapter's process: JSON, with addresses, bytes and handles told apart by a tag.
 * Nothing else crosses: no function, no object of a class.
 */

/** What only the other side holds, by its number there. */
export class Handle {
  readonly kind: HandleKind
  readonly id: number
  constructor(kind: HandleKind, id: number) {
    this.kind = kind
    this.id = id
  }
}

export type HandleKind = 'secret' | 'token' | 'page' | 'form' | 'image'

const kinds: readonly string[] = ['secret', 'token', 'page', 'form', 'image'] satisfies HandleKind[]
/** Deeper than anything an adapter sends. */
const deepest = 40

/** As JSON. `handleOf` names the handle of an object that does not cross itself; TypeError for one that has none. */
export function pack(value: unknown, handleOf: (value: object) => Handle | undefined = () => undefined): unknown {
  return packed(value, handleOf, 0)
}

function packed(value: unknown, handleOf: (value: object) => Handle | undefined, depth: number): unknown {
  if (depth > deepest) throw new TypeError('it is nested too deeply to be sent')
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') throw new TypeError(`a ${typeof value} cannot be sent`)
  if (typeof value !== 'object' || value === null) return value
  const handle = value instanceof Handle ? value : handleOf(value)
  if (handle !== undefined) return { $: handle.kind, id: handle.id }
  if (value instanceof URL) return { $: 'url', text: value.href }
  if (value instanceof Uint8Array) return { $: 'bytes', text: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
  if (Array.isArray(value)) return value.map((one) => packed(one, handleOf, depth + 1) ?? null)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('an object of a class cannot be sent')
  const entries = Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [[key, packed(one, handleOf, depth + 1)] as const]))
  return Object.hasOwn(value, '$') ? { $: 'object', entries } : Object.fromEntries(entries)
}

/** The value again. `revive` gives what a handle stands for, or throws. TypeError for what `pack` does not write. */
export function unpack(value: unknown, revive: (handle: Handle) => unknown = (handle) => handle): unknown {
  return unpacked(value, revive, 0)
}

function unpacked(value: unknown, revive: (handle: Handle) => unknown, depth: number): unknown {
  if (depth > deepest * 2) throw new TypeError('it is nested too deeply')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => unpacked(one, revive, depth + 1))
  const below = (entries: readonly (readonly [string, unknown])[]) => Object.fromEntries(entries.map(([key, one]) => [key, unpacked(one, revive, depth + 1)]))
  if (!Object.hasOwn(value, '$')) return below(Object.entries(value))
  const { $: tag, text, id, entries } = value as Record<string, unknown>
  if (tag === 'url' && typeof text === 'string') return new URL(text)
  if (tag === 'bytes' && typeof text === 'string') return Buffer.from(text, 'base64')
  if (tag === 'object' && isEntries(entries)) return below(entries)
  if (typeof tag === 'string' && kinds.includes(tag) && typeof id === 'number') return revive(new Handle(tag as HandleKind, id))
  throw new TypeError('an unknown tag')
}

function isEntries(value: unknown): value is readonly (readonly [string, unknown])[] {
  return Array.isArray(value) && value.every((one) => Array.isArray(one) && one.length === 2 && typeof one[0] === 'string')
}
