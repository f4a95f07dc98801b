import { RelayError } from '../../errors.ts'

/** Reasons a site does not answer, by error code. Short and safe: people see them. */
const downReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'it reset the connection',
  EPIPE: 'it reset the connection',
  ENOTFOUND: 'its host was not found',
  ENODATA: 'its host was not found',
  EAI_AGAIN: 'looking up its host failed',
  EAI_FAIL: 'looking up its host failed',
  ETIMEDOUT: 'connecting timed out',
  EHOSTUNREACH: 'its network cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  EADDRNOTAVAIL: 'its network cannot be reached',
  EACCES: 'its network cannot be reached',
  UND_ERR_HEADERS_TIMEOUT: 'its answer timed out',
  UND_ERR_BODY_TIMEOUT: 'its answer timed out',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_HEADERS_OVERFLOW: "its answer's header is too large",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its answer was cut short',
  UND_ERR_DESTROYED: 'the relay is being stopped',
  UND_ERR_CLOSED: 'the relay is being stopped',
}

const reasonsByName: Readonly<Record<string, string>> = {
  HTTPParserError: 'its answer is not valid HTTP',
  TimeoutError: 'connecting timed out',
}

/** Reasons an identity was not proved, by the code of Node and OpenSSL. */
const tlsReasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from a CA that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from a CA that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from a CA that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from a CA that is not trusted',
  CERT_UNTRUSTED: 'its certificate comes from a CA that is not trusted',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  HOSTNAME_MISMATCH: 'its certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there',
}

/**
 * What went wrong on the way to a site, as the relay tells it. A RelayError passes as it is; so does what a signal was aborted
 * with, and the error of the caller's own body. The original is kept as `cause`.
 */
export function siteError(site: string, error: unknown): RelayError {
  if (error instanceof RelayError) return error
  const { code, name, message } = describe(error)
  const tlsReason = tlsReasons[code] ?? tlsReasonByKind(code)
  if (tlsReason !== undefined) return new RelayError('site_tls', { params: { site, reason: tlsReason }, detail: code, cause: error })
  const downReason = downReasons[code] ?? reasonsByName[name]
  if (downReason !== undefined)
    return new RelayError('site_down', { params: { site, reason: downReason }, detail: `${code} ${message}`, cause: safeCause(error) })
  if (/^UND_ERR_(?:INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH|ABORTED)$/.test(code)) {
    return new RelayError('bad_request', { params: { problem: 'it cannot be sent on as HTTP' }, detail: `${code} ${message}`, cause: error })
  }
  return new RelayError('internal', { detail: `${name} ${code}`, cause: error })
}

function tlsReasonByKind(code: string): string | undefined {
  if (code.startsWith('ERR_OSSL_')) return 'the CA it was enrolled with cannot be read'
  return /^(?:ERR_SSL_|ERR_TLS_|CERT_|EPROTO)/.test(code) ? 'the TLS handshake failed' : undefined
}

/** A parser's error carries the bytes it failed at, and a site may have echoed a secret in them. */
function safeCause(error: unknown): unknown {
  if (!(error instanceof Error) || !('data' in error)) return error
  return Object.assign(new Error(error.message), { name: error.name })
}

function describe(error: unknown): { code: string; name: string; message: string } {
  if (!(error instanceof Error)) return { code: '', name: typeof error, message: '' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return { code, name: error.name, message: error.message }
}
