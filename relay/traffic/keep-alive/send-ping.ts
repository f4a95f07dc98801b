import type { Readable } from 'node:stream'
import type { KeepAlivePolicy } from '../../accounts/index.ts'
import { userAgent } from '../../login/index.ts'
import type { Outbound } from '../../outbound/index.ts'
import type { Sessions, SiteSession } from '../../sessions/index.ts'
import { responseFacts } from '../answers/response-facts.ts'
import { readResponseHead } from '../answers/response-head.ts'
import { type Attachment, attachSession, wholeSession } from '../attach-session.ts'
import { keptCookies } from '../cookies/to-client.ts'
import { meetCookies } from '../cookies/to-site.ts'
import { isFalseAlarm } from '../requests/false-alarms.ts'

export type PingOutcome =
  /** The site still knows the session. */
  | 'alive'
  /** The site no longer does. */
  | 'ended'
  /** It did not answer, or with an error of its own: nothing is known. */
  | 'failed'

export interface PingRooms {
  readonly outbound: Pick<Outbound, 'forward'>
  readonly sessions: Pick<Sessions, 'looksSignedOut'>
  /** The relay stops. */
  readonly signal: AbortSignal
}

/** Milliseconds. */
const timeLimit = 30_000
/** Of the page, what is read at most: then its connection ends. */
const mostBytes = 1 << 20

const fields = ['User-Agent', userAgent, 'Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8']

/** Asks the site for one page with this session, and takes the cookies it gives. Follows nowhere. Undefined: the session was ended meanwhile, or the relay stops. */
export async function sendPing(session: SiteSession, policy: KeepAlivePolicy, { outbound, sessions, signal }: PingRooms): Promise<PingOutcome | undefined> {
  const url = pingAddress(session, policy)
  const ending = AbortSignal.any([signal, session.ended, AbortSignal.timeout(timeLimit)])
  const sent = session.cookieHeader(url)
  try {
    const answer = await outbound.forward(session.site, {
      method: 'GET',
      origin: url.origin,
      path: url.pathname + url.search,
      headers: attachSession(fields, '', withoutSuppressed(session, url)),
      body: null,
      route: session.route,
      signal: ending,
    })
    await drain(answer.body)
    const head = readResponseHead(answer.headers, answer.status)
    // A client's request may have been given another cookie meanwhile: then the answer says nothing of the session.
    const isStale = session.cookieHeader(url) !== sent
    const removedCookies = session.absorb(url, keptCookies(head.setCookies, { session, site: session.site, url }))
    const facts = responseFacts(url, 'GET', answer.status, head, removedCookies)
    if (sessions.looksSignedOut(session, facts)) return isStale || isFalseAlarm(session, facts) ? 'failed' : 'ended'
    return answer.status >= 500 ? 'failed' : 'alive'
  } catch {
    return signal.aborted || session.ended.aborted ? undefined : 'failed'
  }
}

/** The policy's page at the origin of the landing page; the landing page itself; or the site's first address. */
export function pingAddress({ site, landingUrl }: Pick<SiteSession, 'site' | 'landingUrl'>, { page }: KeepAlivePolicy): URL {
  const landing = [landingUrl, site.landingUrl ?? ''].map((address) => URL.parse(address)).find((url) => url !== null && site.origins.includes(url.origin))
  const base = landing ?? new URL(`${site.origins[0]}/`)
  return page === undefined ? base : new URL(base.origin + page)
}

function withoutSuppressed(session: SiteSession, url: URL): Attachment {
  const { cookies, headers } = wholeSession(session, url)
  return { cookies: meetCookies(session.site, session, { client: '', own: cookies }).own, headers }
}

async function drain(body: Readable): Promise<void> {
  let left = mostBytes
  for await (const chunk of body as AsyncIterable<Buffer>) {
    left -= chunk.length
    // Leaving the loop destroys the body.
    if (left < 0) return
  }
}
