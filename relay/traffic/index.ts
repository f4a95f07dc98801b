/**
 * Traffic: requests of clients on their way to enrolled sites. A session is attached, an answer that shows its end leads to one
 * fresh sign-in and the request again where that is safe; what is under way ends with its session or device.
 *
 * Refuses: a message that can be read in two ways; to lend the session to a page of another site. A site's answer that broke off
 * never looks whole. Keeps laws 1 and 7.
 */
export { AccessLog } from './access-log.ts'
export { type Authority, type Destined, destined, readAuthority } from './authority.ts'
export type { ClientConnection } from './client-connection.ts'
export type { ClientAnswer, ClientRequest } from './client-message.ts'
export { ClientWait } from './client-wait.ts'
export { withoutPhantoms } from './cookies/phantoms.ts'
export { handedCookieLines, type Showing } from './cookies/to-client.ts'
export { createTraffic, type Traffic } from './create-traffic.ts'
export { respondError, writeError } from './error-answer.ts'
export { escapeHtml } from './error-page.ts'
export type { ExchangeObserver, SeenExchange } from './exchange-observer.ts'
export { actorOf } from './first-uses.ts'
export { readForm } from './forms/read-form.ts'
export { isBehind } from './is-behind.ts'
export { answerOnConnection, type ClientUpgrade, upgradeOnConnection } from './join-upgrade.ts'
export { createKeepAlive, type KeepAlive } from './keep-alive/keep-alive.ts'
export { keptUntil } from './keep-alive/when-due.ts'
export { KeptBody } from './kept-body.ts'
export type { LiveTraffic } from './live-traffic.ts'
export { onParseError } from './parse-error.ts'
export { passAnswer } from './pass-answer.ts'
export type { RelayedRequest } from './relayed-request.ts'
export { hasContent, type RequestHead, readRequestHead, via } from './request-head.ts'
export { RequestSpans } from './request-spans.ts'
export { readAbsoluteTarget, readTunnelTarget, type Target } from './request-target.ts'
export { type ResponseHead, readResponseHead } from './response-head.ts'
export type { TrafficOptions } from './rooms.ts'
export type { Sender } from './sender.ts'
export type { SiteRequest } from './site-request.ts'
export { strictParsing } from './strict-parsing.ts'
export { Tally } from './tally.ts'
export { joinTunnel } from './tunnel.ts'
