import type { Duplex } from 'node:stream'
import { RelayError } from '../../errors.ts'
import { writeError } from '../answers/error-answer.ts'
import type { Rooms } from '../rooms.ts'
import type { ClientConnection } from './client-connection.ts'

/**
 * Node's parser, or TLS, gave up on a connection. A whole message before the broken one still gets its answer, and the connection
 * ends after it; the broken one gets 400 (or 408, 431) and nothing of it goes further.
 */
export function onParseError(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  connection: ClientConnection | undefined,
  { log, portalUrl, counts }: Pick<Rooms, 'log' | 'portalUrl' | 'counts'>,
): void {
  if (isTls(error)) {
    // The commonest reason: the client does not trust the relay's CA.
    log.info({ code: error.code, host: connection?.host }, 'a client broke off the TLS handshake; does it have the CA certificate?')
    return void socket.destroy()
  }
  if (connection === undefined || isGone(error) || !socket.writable) return void socket.destroy()
  if (connection.refused) return
  connection.refused = true
  const { current } = connection
  const isUnderWay = current !== undefined && !current.writableFinished && !current.destroyed
  if (isUnderWay && current.req.complete) {
    current.shouldKeepAlive = false
    current.once('close', () => socket.destroy())
    return
  }
  if (isUnderWay && current.headersSent) return void socket.destroy()
  const answer = answerTo(error)
  counts.refused(answer)
  writeError(socket, answer, { html: false, portalUrl: portalUrl(), close: true })
  if (isUnderWay) connection.relayed?.cut('ended')
  socket.destroy()
}

function answerTo({ code }: NodeJS.ErrnoException): RelayError {
  if (code === 'HPE_HEADER_OVERFLOW') return new RelayError('proxy_head_too_large')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new RelayError('proxy_request_timeout')
  return new RelayError('proxy_bad_request', { params: { reason: 'it breaks the syntax of HTTP' } })
}

function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED'
}

function isTls({ code }: NodeJS.ErrnoException): boolean {
  return code?.startsWith('ERR_SSL') === true || code?.startsWith('ERR_TLS') === true
}
