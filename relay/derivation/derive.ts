import { RelayError } from '../errors.ts'
import { type Operation, operations } from './operations.ts'

/**
 * What a page's script would make of a secret before it is sent, as data: `md5(md5(password) + salt)`. An adapter builds it from a handle
 * and from what the page gave (a salt, a nonce, a key); the HTTP agent evaluates it after the origin check, so the adapter learns
 * neither the secret nor what was made of it.
 */
export type Derivation =
  /** The secret itself. */
  | { readonly is: 'secret' }
  | { readonly is: 'text'; readonly text: string }
  /** One after the other. */
  | { readonly is: 'joined'; readonly of: readonly Derivation[] }
  | { readonly is: 'made'; readonly by: Operation; readonly of: readonly Derivation[]; readonly as: Format }

/** How the bytes that an operation gives are written. */
export type Format =
  | 'hex'
  /** In capitals. */
  | 'HEX'
  | 'base64'
  | 'base64url'
  /** They are text already. */
  | 'text'
  /** As they are: for an operation around it, never for the message. */
  | 'bytes'

/** Deeper than any page's script; longer than any page's key. */
const limits = { depth: 12, length: 65_536 }

/**
 * Evaluates a derivation. `onText` hears every text on the way that holds the secret's strength: the innermost hash of
 * `md5(md5(p) + salt)` would let its finder in as the password does. `transform_unfit` when a key or salt of the page cannot be used.
 */
export function derive(secret: string, derivation: Derivation, onText: (text: string) => void = () => {}): string {
  return evaluate(derivation, 0).bytes.toString()

  function evaluate(part: Derivation, depth: number): { bytes: Buffer; isSecret: boolean } {
    if (depth > limits.depth) throw unfit('it is nested too deeply')
    switch (part.is) {
      case 'secret':
        return { bytes: Buffer.from(secret), isSecret: true }
      case 'text':
        return { bytes: Buffer.from(part.text), isSecret: false }
      case 'joined': {
        const parts = part.of.map((one) => evaluate(one, depth + 1))
        return { bytes: checkLength(Buffer.concat(parts.map(({ bytes }) => bytes))), isSecret: parts.some(({ isSecret }) => isSecret) }
      }
      case 'made': {
        const given = part.of.map((one) => evaluate(one, depth + 1))
        const made = checkLength(
          operate(
            part.by,
            given.map(({ bytes }) => bytes),
          ),
        )
        const isSecret = given.some((one) => one.isSecret)
        if (part.as === 'bytes') return { bytes: made, isSecret }
        const text = written(made, part.as)
        // Sites take and show hex in either case.
        if (isSecret) for (const told of new Set(/^[0-9a-f]+$/i.test(text) ? [text, text.toLowerCase(), text.toUpperCase()] : [text])) onText(told)
        return { bytes: Buffer.from(text), isSecret }
      }
    }
  }
}

function written(bytes: Buffer, as: Exclude<Format, 'bytes'>): string {
  switch (as) {
    case 'text':
      return bytes.toString()
    case 'HEX':
      return bytes.toString('hex').toUpperCase()
    default:
      return bytes.toString(as)
  }
}

function operate(by: Operation, given: readonly Buffer[]): Buffer {
  try {
    return operations[by].make(given)
  } catch (error) {
    // OpenSSL's words name the kind of problem and no value.
    throw unfit(`${by} cannot use what the page gave`, error)
  }
}

function checkLength(bytes: Buffer): Buffer {
  if (bytes.length > limits.length) throw unfit('what it gives is too long')
  return bytes
}

function unfit(reason: string, error?: unknown): RelayError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return new RelayError('transform_unfit', { params: { reason }, ...(code === '' ? {} : { detail: code }) })
}
