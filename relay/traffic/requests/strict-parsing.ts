import type { IncomingMessage, ServerOptions } from 'node:http'

/** How a door for clients reads HTTP/1.1. Set `maxHeadersCount` to 0 besides: Node drops fields over it silently, `readRequestHead` refuses such a message. */
export const strictParsing = {
  // Said outright: a flag of the process must not weaken the parser.
  insecureHTTPParser: false,
  maxHeaderSize: 65_536,
  // Checked by `readRequestHead`, with an answer that says so.
  requireHostHeader: false,
  joinDuplicateHeaders: false,
  headersTimeout: 20_000,
  connectionsCheckingInterval: 5_000,
  // An upload or a long answer takes as long as it takes.
  requestTimeout: 0,
  keepAliveTimeout: 75_000,
  noDelay: true,
  keepAlive: true,
  optimizeEmptyRequests: true,
  shouldUpgradeCallback: asksForWebSocket,
} satisfies ServerOptions

/** RFC 6455 4.1. Any other upgrade is not taken up, as RFC 9110 7.8 allows; the request is answered as it stands. */
function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  const { upgrade, 'content-length': length, 'transfer-encoding': coding } = headers
  return method === 'GET' && upgrade?.toLowerCase() === 'websocket' && length === undefined && coding === undefined
}
