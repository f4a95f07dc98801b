import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RelayError } from '../../errors.ts'
import type { ClientAnswer } from '../requests/client-message.ts'
import { errorPage } from './error-page.ts'

export interface AnswerOptions {
  /** A page for a person, not a problem document for a tool. */
  readonly html: boolean
  /** Where the portal is: the way on for a person. */
  readonly portalUrl: string
  /** End the connection after it. */
  readonly close?: boolean
  /** Further fields, flat. */
  readonly fields?: readonly string[]
}

/** Answers a request with an error the relay made (RFC 9457 for tools). */
export function respondError(res: ClientAnswer, error: RelayError, options: AnswerOptions): void {
  const { fields, body } = render(error, options)
  res.writeHead(error.status, options.close === true ? [...fields, 'Connection', 'close'] : fields)
  res.end(body)
}

/** Leads a person's browser to where he can settle what stopped it. `address` is whole and serialised. */
export function respondSeeOther(res: ClientAnswer, address: string, { code }: RelayError): void {
  res.writeHead(303, ['Location', address, 'Content-Length', '0', 'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer', 'Login-Relay-Error', code])
  res.end()
}

/** An error as bytes, for a connection that has no response object: CONNECT, an upgrade, a request that could not be parsed. */
export function writeError(socket: Duplex, error: RelayError, options: AnswerOptions): void {
  const { fields, body } = render(error, options)
  const lines = [`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`]
  for (let i = 0; i < fields.length; i += 2) lines.push(`${fields[i]}: ${fields[i + 1]}`)
  lines.push(`Connection: ${options.close === true ? 'close' : 'keep-alive'}`, '', '')
  const bytes = Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body])
  if (options.close === true) socket.end(bytes)
  else socket.write(bytes)
}

function render(error: RelayError, { html, portalUrl, fields = [] }: AnswerOptions): { fields: string[]; body: Buffer } {
  const problem = { ...error.toProblem(), url: error.url ?? portalUrl }
  const body = Buffer.from(html ? errorPage(error, problem.url) : `${JSON.stringify(problem)}\n`)
  const answer = [
    'Content-Type',
    html ? 'text/html; charset=utf-8' : 'application/problem+json',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-store',
    'Login-Relay-Error',
    error.code,
    ...fields,
  ]
  // It stands on the site's own origin: nothing of it may run there.
  if (html) answer.push('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'", 'X-Content-Type-Options', 'nosniff')
  // RFC 6585 section 4.
  if (error.status === 429 && typeof error.params.seconds === 'number') answer.push('Retry-After', String(error.params.seconds))
  // RFC 9110 15.5.8 and 15.5.2: a challenge goes with each. Browsers show no password prompt for a scheme they do not know.
  if (error.status === 407) answer.push('Proxy-Authenticate', 'Basic realm="login-relay", charset="UTF-8"')
  if (error.status === 401) answer.push('WWW-Authenticate', 'Login-Relay realm="login-relay"')
  return { fields: answer, body }
}
