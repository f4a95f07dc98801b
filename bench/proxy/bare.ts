import type { Origin } from './origin.ts'
import { type PeerProcess, startPeer } from './peer-process.ts'

// What no proxy in Node comes below: programs that do nothing but what any must.

/** TLS with the client and TLS with the site, the bytes between them passed on unread. */
export function startBareTls(origin: Pick<Origin, 'ca'>): Promise<PeerProcess> {
  return startPeer('bare TLS', new URL('bare/tls.ts', import.meta.url), origin)
}

/** The same with `node:http` toward the client and undici toward the site, which the relay stands on: requests and answers are read, and written again as they came. */
export function startBareHttp(origin: Pick<Origin, 'ca'>): Promise<PeerProcess> {
  return startPeer('bare HTTP', new URL('bare/http.ts', import.meta.url), origin)
}
