import { z } from 'zod'
import { type FailureKind, SignInFailure } from '../../../adapters/index.ts'
import type { WireError } from './messages.ts'

const failureKind = z.enum(['wrong-password', 'wrong-captcha', 'site-down', 'form-not-found', 'blocked', 'challenge', 'unknown'] satisfies FailureKind[])

/** An error of the relay as an adapter may see it. `origin` is its number, by which it is known again. */
export function errorForAdapter(error: unknown, origin: number): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: 'it failed', origin }
  const { name, message } = error
  const failure = error instanceof SignInFailure ? { kind: error.kind, seen: error.seen.map((line) => line.slice(0, 4000)) } : {}
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return { name, message: message.slice(0, 4000), origin, ...failure, ...code }
}

/** An error that came out of an adapter. */
export function errorFromAdapter({ name, message, stack, kind, seen }: WireError): Error {
  const known = failureKind.safeParse(kind)
  if (name === 'SignInFailure' && known.success) return new SignInFailure(known.data, seen ?? [])
  const error = new Error(message)
  error.name = name
  if (stack !== undefined) error.stack = stack
  return error
}
