import { SignInFailure } from '../../../../adapters/kit/index.ts'
import type { WireError } from '../messages.ts'

/** Numbers of the relay's errors by the errors they became here. */
const origins = new WeakMap<Error, number>()

/** An error of the relay as the adapter meets it. */
export function ownError({ name, message, code, kind, seen, origin }: WireError): Error {
  const error = name === 'SignInFailure' ? new SignInFailure(kind as SignInFailure['kind'], seen ?? []) : new Error(message)
  if (name !== 'SignInFailure') Object.defineProperty(error, 'name', { value: name })
  if (code !== undefined) Object.assign(error, { code })
  if (origin !== undefined) origins.set(error, origin)
  return error
}

/** What an adapter threw, for the relay. */
export function wireErrorOf(thrown: unknown): WireError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: cut(textOf(thrown), 4000) }
  const { name, message, stack } = thrown
  const origin = origins.get(thrown)
  const { kind, seen } = thrown as { kind?: unknown; seen?: unknown }
  return {
    name: cut(String(name), 200),
    message: cut(String(message), 4000),
    ...(typeof stack === 'string' ? { stack: cut(stack, 20_000) } : {}),
    ...(typeof kind === 'string' ? { kind: cut(kind, 40) } : {}),
    ...(Array.isArray(seen) ? { seen: seen.slice(0, 50).map((line) => cut(textOf(line), 4000)) } : {}),
    ...(origin === undefined ? {} : { origin }),
  }
}

function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'something that cannot be told'
  }
}

function cut(text: string, longest: number): string {
  return text.length > longest ? text.slice(0, longest) : text
}
