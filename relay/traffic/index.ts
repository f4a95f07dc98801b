/**
 * Traffic: requests of clients on their way to enrolled sites. A session is attached, an answer that shows its end leads to one
 * fresh sign-in and the request again where that is safe; what is under way ends with its session or device.
 *
 * Refuses: a message that can be read in two ways; to lend the session to a page of another site. A site's answer that broke off
 * never looks whole. Keeps laws 1 and 7.
 */

export { respondError, writeError } from './answers/error-answer.ts'
export { escapeHtml } from './answers/error-page.ts'
export { passAnswer } from './answers/pass-answer.ts'
export { type ResponseHead, readResponseHead } from './answers/response-head.ts'
export { withoutPhantoms } from './cookies/phantoms.ts'
export { handedCookieLines, handsOver } from './cookies/to-client.ts'
export { AccessLog } from './counted/access-log.ts'
export type { ExchangeObserver, SeenExchange } from './counted/exchange-observer.ts'
export { RequestSpans } from './counted/request-spans.ts'
export { Tally } from './counted/tally.ts'
export { createTraffic, type Traffic } from './create-traffic.ts'
export { readForm } from './forms/read-form.ts'
export { createKeepAlive, type KeepAlive } from './keep-alive/keep-alive.ts'
export { keptUntil } from './keep-alive/when-due.ts'
export type { ClientConnection } from './live/client-connection.ts'
export { isBehind } from './live/is-behind.ts'
export { answerOnConnection, type ClientUpgrade, upgradeOnConnection } from './live/join-upgrade.ts'
export type { LiveTraffic } from './live/live-traffic.ts'
export { onParseError } from './live/parse-error.ts'
export { joinTunnel } from './live/tunnel.ts'
export type { RelayedRequest } from './relayed-request.ts'
export { actorOf, addressOf } from './requests/actor-of.ts'
export { type Authority, type Destined, destined, readAuthority } from './requests/authority.ts'
export type { ClientAnswer, ClientRequest } from './requests/client-message.ts'
export { ClientWait } from './requests/client-wait.ts'
export { giveContinue } from './requests/give-continue.ts'
export { KeptBody } from './requests/kept-body.ts'
export { hasContent, type RequestHead, readRequestHead, via } from './requests/request-head.ts'
export { readAbsoluteTarget, readTunnelTarget, type Target } from './requests/request-target.ts'
export { strictParsing } from './requests/strict-parsing.ts'
export type { Sender } from './sender.ts'
export type { SiteRequest } from './site-request.ts'
