import { catalogue, type ErrorRow } from './error-catalogue.ts'

export { catalogue } from './error-catalogue.ts'

export type ErrorCode = keyof typeof catalogue

/** Values for the `{param}`s of a row. They are shown to people: never a secret, never unfiltered input. */
export type ErrorParams = Readonly<Record<string, string | number>>

export interface ErrorOptions {
  readonly params?: ErrorParams
  /** For the log only: what was seen. Still never a secret. */
  readonly detail?: string
  readonly cause?: unknown
  /** Where a person can act on it (a portal page). */
  readonly url?: string
}

/** The one error class of the relay. `message` is safe to show. */
export class RelayError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly exit: 1 | 2
  readonly next: string
  readonly params: ErrorParams
  readonly detail: string | undefined
  readonly url: string | undefined

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    const row: ErrorRow = catalogue[code]
    const params = options.params ?? {}
    super(fillIn(row.text, params), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RelayError'
    this.code = code
    this.status = row.status
    this.exit = row.exit
    this.next = fillIn(row.next, params)
    this.params = params
    this.detail = options.detail
    this.url = options.url
  }

  /** RFC 9457 problem details; holds only what is safe to show. */
  toProblem(): Problem {
    return {
      type: `urn:login-relay:error:${this.code}`,
      title: this.message,
      status: this.status,
      code: this.code,
      next: this.next,
      ...(this.url === undefined ? {} : { url: this.url }),
    }
  }
}

/** The body of an `application/problem+json` answer (RFC 9457 section 3). */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly next: string
  readonly url?: string
}

export function isRelayError(error: unknown, code?: ErrorCode): error is RelayError {
  return error instanceof RelayError && (code === undefined || error.code === code)
}

/** Any thrown value as a RelayError; what is not one becomes `internal` with the original kept as cause. */
export function asRelayError(error: unknown): RelayError {
  return error instanceof RelayError ? error : new RelayError('internal', { cause: error })
}

function fillIn(template: string, params: ErrorParams): string {
  return template.replace(/\{(\w+)\}( seconds\b)?/g, (whole, name: string, unit = '') => {
    const value = params[name]
    if (value === undefined) return whole
    return oneLine(String(value)) + (unit !== '' && Number(value) === 1 ? ' second' : unit)
  })
}

/** A param never breaks a line or steers a terminal. */
function oneLine(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is removed
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ').slice(0, 300)
}
