import { type FailureKind, SignInFailure } from '../../../adapters/index.ts'
import { isRelayError, type RelayError } from '../../errors.ts'
import { OutOfTime } from './time-limit.ts'

/** Why a sign-in failed, as its outcome tells it. */
export interface Failure {
  readonly kind: FailureKind
  readonly seen: readonly string[]
  /** For the log. */
  readonly cause?: unknown
}

/** Any error of a sign-in as a failure: none of them is a crash. */
export function failureOf(error: unknown): Failure {
  if (isSignInFailure(error)) return { kind: error.kind, seen: error.seen, ...(error.cause === undefined ? {} : { cause: error.cause }) }
  if (isRelayError(error)) return { kind: kindOf(error), seen: [error.message], cause: error }
  if (error instanceof OutOfTime) return { kind: 'site-down', seen: ['signing in took longer than its time limit'], cause: error }
  return { kind: 'unknown', seen: ['the adapter failed; the log says how'], cause: error }
}

/** The site failed in a way that may pass: no answer, a server error. Not one that cannot prove who it is, or sends too much. */
export function isPassing(error: unknown): boolean {
  return isSignInFailure(error) ? error.kind === 'site-down' : isRelayError(error, 'site_down')
}

/** An adapter of one's own may have been loaded with its own copy of the class. */
function isSignInFailure(error: unknown): error is SignInFailure {
  return error instanceof SignInFailure || (error instanceof Error && error.name === 'SignInFailure' && 'kind' in error && 'seen' in error)
}

function kindOf({ code }: RelayError): FailureKind {
  switch (code) {
    case 'site_down':
    case 'site_tls':
    case 'site_too_big':
    case 'site_redirects':
      return 'site-down'
    default:
      return 'unknown'
  }
}
