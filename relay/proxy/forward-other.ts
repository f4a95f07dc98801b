import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { asRelayError, RelayError } from '../errors.ts'
import {
  ClientWait,
  giveContinue,
  hasContent,
  KeptBody,
  passAnswer,
  type RequestHead,
  readResponseHead,
  respondError,
  type SeenExchange,
  Tally,
  type Target,
  via,
  withoutPhantoms,
} from '../traffic/index.ts'
import type { Rooms } from './rooms.ts'

export interface OtherRequest {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly head: RequestHead
  readonly target: Target
  readonly sender: NonNullable<SeenExchange['sender']>
}

/** A plain http request to a host that is not enrolled: passed on as it is, under the rules for tunnels (public addresses only). */
export function forwardOther(
  { outbound, portalUrl, traffic, config }: Pick<Rooms, 'outbound' | 'portalUrl' | 'traffic' | 'config'>,
  other: OtherRequest,
): void {
  const { req, res, head, target } = other
  const tally = new Tally()
  const { host, port, authority } = target.place
  const ending = new AbortController()
  res.on('close', () => {
    ending.abort()
    traffic.counts.finished(tally, other, res.writableFinished)
  })
  const fail = (cause: Error): void => {
    if (ending.signal.aborted || res.headersSent) return void res.destroy()
    const error = cause instanceof RelayError ? cause : new RelayError('site_down', { params: { site: host, reason: 'it broke off' }, cause })
    tally.refused(error)
    respondError(res, error, { html: head.isNavigation, portalUrl: portalUrl(), close: true })
  }
  outbound
    .connect(host, port, ending.signal)
    .then((socket) => send(socket, fail))
    .catch((error) => fail(asRelayError(error)))

  /** A client that sends nothing of what it has begun holds a connection for nothing. */
  function bodyOf(): KeptBody {
    const onStall = (): void => fail(new RelayError('proxy_request_timeout'))
    const body = new KeptBody(req, 0, new ClientWait(config.limits.stallSeconds * 1000, onStall))
    ending.signal.addEventListener('abort', () => body.destroy())
    return body.on('error', () => res.destroy())
  }

  function send(socket: Duplex, onError: (error: Error) => void): void {
    const fields = ['Host', authority, ...head.fields]
    const cookie = withoutPhantoms(head.cookie)
    if (cookie !== '') fields.push('Cookie', cookie)
    if (head.chunked) fields.push('Transfer-Encoding', 'chunked')
    fields.push('Via', via, 'Connection', 'close')
    const upstream: ClientRequest = request({
      method: req.method,
      path: target.path,
      headers: fields,
      createConnection: () => socket,
      insecureHTTPParser: false,
    })
    ending.signal.addEventListener('abort', () => upstream.destroy())
    upstream.on('error', onError).on('response', (answer) => {
      const { statusCode: status = 502, statusMessage: statusText = '', rawHeaders } = answer
      const answerHead = readResponseHead(rawHeaders, status)
      for (const line of answerHead.setCookies) answerHead.fields.push('Set-Cookie', line)
      try {
        passAnswer({ status, statusText, headers: rawHeaders, body: answer, trailers: () => answer.rawTrailers }, answerHead, res, tally, {
          stallTime: config.limits.stallSeconds * 1000,
          takesTrailers: head.takesTrailers,
        })
      } catch (error) {
        onError(error as Error)
      }
    })
    if (head.expectsContinue) giveContinue(res)
    if (hasContent(head)) bodyOf().pipe(upstream)
    else upstream.end()
  }
}
