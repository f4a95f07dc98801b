import type { FastifyReply, FastifyRequest } from 'fastify'
import { asRelayError, RelayError } from '../../errors.ts'

/** The API reads JSON of at most so many bytes: a private CA's certificates are the largest thing sent. */
export const bodyLimit = 131_072

/**
 * What was thrown, as an error people may see. Fastify's own errors are known by their code; their texts are not passed on,
 * for the one about JSON quotes the body, which may hold a password.
 */
export function portalError(thrown: unknown, wanted: string): RelayError {
  switch ((thrown as { code?: unknown } | undefined)?.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new RelayError('body_too_large', { params: { limit: bodyLimit } })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new RelayError('media_type_unsupported', { params: { wanted } })
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return bad('the body is empty')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return bad('the body is not JSON')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return bad('the body is not as long as it says')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new RelayError('not_found', { params: { what: 'such address' } })
    default:
      return isClientError(thrown) ? bad('it cannot be read') : asRelayError(thrown)
  }
}

/** Problem details (RFC 9457). */
export function respondProblem(reply: FastifyReply, error: RelayError): FastifyReply {
  return assignErrorHeaders(reply, error).type('application/problem+json').serializer(JSON.stringify).send(error.toProblem())
}

export function assignErrorHeaders(reply: FastifyReply, error: RelayError): FastifyReply {
  reply.code(error.status).header('login-relay-error', error.code)
  // RFC 9110 section 15.5.2: a challenge goes with 401. Browsers show no password prompt for a scheme they do not know.
  if (error.status === 401) reply.header('www-authenticate', 'Login-Relay realm="login-relay"')
  if (error.code === 'too_many_tries') reply.header('retry-after', String(error.params.seconds ?? 1))
  if (error.code === 'method_not_allowed') reply.header('allow', String(error.params.allowed ?? ''))
  return reply
}

/** What went wrong inside is told to the log, and, less loudly, what a site did; what a client did wrong is not worth a line. */
export function logError(request: FastifyRequest, error: RelayError): void {
  if (error.status < 500) return
  const level = error.code === 'internal' ? 'error' : 'warn'
  request.log[level]({ err: error.cause ?? error, code: error.code, detail: error.detail }, 'a request failed')
}

function bad(problem: string): RelayError {
  return new RelayError('bad_request', { params: { problem } })
}

/** Fastify marks so what a request is at fault for; a body that breaks off is such, too. */
function isClientError(thrown: unknown): boolean {
  if (thrown instanceof RelayError || !(thrown instanceof Error)) return false
  const { statusCode } = thrown as { statusCode?: unknown }
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
}
