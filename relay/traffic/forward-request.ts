import type { ForwardRequest } from '../outbound/index.ts'
import { earlyHintsTo } from './answers/early-hints.ts'
import { passableRequestTrailers } from './requests/trailers.ts'
import type { SiteRequest } from './site-request.ts'

/** A client's request as it goes to the site, with what is the relay's to say of it. */
export function forwardRequest(
  request: SiteRequest,
  { headers, body, signal, route }: Required<Pick<ForwardRequest, 'headers' | 'body' | 'signal' | 'route'>>,
): ForwardRequest {
  const { req, head, target, upgrade } = request
  const isUpgrade = upgrade !== undefined
  return {
    method: req.method as string,
    origin: target.place.origin,
    path: target.path,
    headers: isUpgrade ? [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'] : headers,
    body,
    signal,
    route,
    takesTrailers: head.takesTrailers && !isUpgrade,
    trailers: head.chunked ? () => passableRequestTrailers(req.rawTrailers).flat() : undefined,
    onEarlyHints: earlyHintsTo(request),
  }
}
