import { inspect } from 'node:util'
import { RelayError } from '../errors.ts'

/** Where a secret may go: law 2. */
export interface SecretScope {
  readonly account: string
  readonly field: string
  /** Serialised origins (RFC 6454), scheme included. */
  readonly origins: readonly string[]
}

/**
 * A value nobody but the HTTP agent reads. It prints, logs, serialises and inspects as `[secret]`.
 * The value lives outside the object, so no property access, clone or structured copy reaches it.
 */
export class Secret {
  readonly scope: SecretScope

  constructor(value: string, scope: SecretScope) {
    this.scope = Object.freeze({ ...scope, origins: Object.freeze([...scope.origins]) })
    values.set(this, value)
    Object.freeze(this)
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.toPrimitive](): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}

const values = new WeakMap<Secret, string>()

/**
 * The value, for a request that goes to `origin` in form field or header `field`. Only app.ts hands this function on,
 * and only to the HTTP agent (a dependency rule holds that); it refuses every origin the secret is not enrolled for (law 2).
 */
export function openSecret(secret: object, origin: string): string {
  const value = secret instanceof Secret ? values.get(secret) : undefined
  if (value === undefined) throw new RelayError('secret_refused', { detail: 'not a secret of this vault' })
  if (!(secret as Secret).scope.origins.includes(origin)) {
    throw new RelayError('secret_refused', { detail: `origin ${origin} is not enrolled for it` })
  }
  return value
}
