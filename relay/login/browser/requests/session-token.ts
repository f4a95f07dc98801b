import type { SessionToken, TokenPlace } from '../../../../adapters/index.ts'

/** A token a site gave. The value lives outside the object, as a secret's does. */
class PageToken implements SessionToken {
  readonly isSessionToken = true

  constructor(value: string) {
    values.set(this, value)
    Object.freeze(this)
  }

  toString(): string {
    return '[token]'
  }

  toJSON(): string {
    return '[token]'
  }
}

const values = new WeakMap<object, string>()

/** Longer is no token but a page. */
const longest = 16_384

/** The token in an answer; undefined: nothing that is one stands there. */
export function findToken(place: TokenPlace, body: string, header: (name: string) => string | undefined): SessionToken | undefined {
  const found = 'header' in place ? header(place.header)?.replace(/^Bearer\s+/i, '') : valueAt(body, place.json)
  if (typeof found !== 'string' && typeof found !== 'number') return undefined
  const value = String(found)
  // It will stand in a header field (RFC 9110 section 5.5).
  return value === '' || value.length > longest || !/^[\x21-\x7e]+$/.test(value) ? undefined : new PageToken(value)
}

/** Only the engine calls it: for a header of a request, and for the session that is stored. */
export function tokenValue(token: SessionToken): string {
  const value = values.get(token)
  if (value === undefined) throw new TypeError('that is no token of a page')
  return value
}

/** `data.user.0.name`; '' is the whole. */
function valueAt(body: string, path: string): unknown {
  try {
    const keys = path === '' ? [] : path.split('.')
    return keys.reduce<unknown>((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), JSON.parse(body))
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
