import type { Account } from '../accounts/index.ts'
import { checkAllowed, isWithoutCookies } from '../control/index.ts'
import { asRelayError, RelayError } from '../errors.ts'
import { copyHolder, failureForBorrower, type SiteSession, type Ticket } from '../sessions/index.ts'
import { addressOf, handedCookieLines, handsOver, respondError, type SiteRequest } from '../traffic/index.ts'
import type { DeliveryHops } from './delivery-hops.ts'
import type { DevicePrincipal } from './device/device-credentials.ts'
import type { Rooms } from './rooms.ts'

/** A request of a device to an enrolled site. */
export interface DeviceRequest extends SiteRequest {
  readonly principal: DevicePrincipal
}

/** Where, on a site's own origin, the proxy answers in the site's place. Nothing below it is ever sent to the site. */
export const ownPaths = '/.well-known/login-relay/'
const deliverPath = `${ownPaths}deliver`

/** Sets a session's cookies on the site's own origin, for the browser that followed a handoff link, and leads on to the next origin or the landing page. */
export async function deliver(rooms: Rooms, hops: DeliveryHops, request: DeviceRequest): Promise<void> {
  const { res, head } = request
  try {
    const { ticket, visited } = takeCode(rooms, hops, request)
    const session = await sessionFor(rooms, ticket, request)
    // That may take long, and leave end meanwhile (law 7).
    const given = { ...request, isHandoff: await mayHaveCookies(rooms, session.account, request) }
    rooms.sessions.touch(session)
    await rooms.choices.choose(request.principal.device.id, session.account)
    await noteGiven(rooms, session, given)
    const seen = [...visited, request.target.place.origin]
    const next = nextOrigin(session, seen, given)
    const location = next === undefined ? landingOf(session) : nextHop(rooms, hops, { ticket, next, seen })
    res.writeHead(303, [
      ...linesAt(session, request.target.place.origin, given).flatMap((line) => ['Set-Cookie', line]),
      ...['Location', location, 'Content-Length', '0', 'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer'],
    ])
    res.end()
  } catch (error) {
    respondError(res, asRelayError(error), { html: head.isNavigation, portalUrl: rooms.portalUrl() })
  }
}

/** Spends the code (law 4): by GET only, for its holder only. */
function takeCode({ sessions }: Rooms, hops: DeliveryHops, { req, target, principal }: DeviceRequest): { ticket: Ticket; visited: readonly string[] } {
  const { pathname, searchParams } = new URL(target.place.origin + target.path)
  if (pathname !== deliverPath) throw new RelayError('not_found', { params: { what: 'such page of the relay' } })
  if (req.method !== 'GET') throw new RelayError('bad_request', { params: { problem: 'a delivery is fetched by GET' } })
  const code = searchParams.get('code') ?? ''
  const visited = hops.take(code)
  const ticket = sessions.tickets.takeDelivery(code, principal.user.id)
  if (ticket === undefined) throw new RelayError('ticket_invalid')
  return { ticket, visited }
}

async function sessionFor({ accounts, sessions, grants }: Rooms, ticket: Ticket, { site, principal, req }: DeviceRequest): Promise<SiteSession> {
  const account = accounts.account(ticket.accountId)
  if (account === undefined || account.siteId !== site.id) throw new RelayError('ticket_invalid')
  const { grant } = checkAllowed(await grants.may(principal, 'use', account, addressOf(req)))
  const told = (error: unknown) => Promise.reject(grant === undefined ? error : failureForBorrower(account, error))
  return sessions.live(account.id) ?? (await sessions.ensure(account.id, { wait: false }).catch(told))
}

/** What is lent goes without its cookies, unless its owner says otherwise. `grant_refused`: the device may not use the account any more. */
async function mayHaveCookies({ grants }: Rooms, account: Account, { site, principal, req }: DeviceRequest): Promise<boolean> {
  const { grant } = checkAllowed(await grants.may(principal, 'use', account, addressOf(req)))
  return site.delivery === 'handoff' && (grant === undefined || grant.handoff === true) && !isWithoutCookies(principal, account.id)
}

/** A request whose cookies are known: real ones, or what stands for them. */
type Given = DeviceRequest & { readonly isHandoff: boolean }

/** Who has real cookies is known before they leave (law 7). `ticket_invalid`: the session has ended meanwhile, or another has taken its place. */
async function noteGiven({ sessions }: Rooms, session: SiteSession, given: Given): Promise<void> {
  const { principal, target } = given
  if (!handsOver(session.cookies(), showingAt(session, target.place.origin, given))) return
  if (!(await sessions.copies.note(copyHolder('browser', principal), session))) throw new RelayError('ticket_invalid')
}

/** The next enrolled origin where a cookie of this session belongs. */
function nextOrigin(session: SiteSession, seen: readonly string[], request: Given): string | undefined {
  return session.site.origins.find((origin) => !seen.includes(origin) && linesAt(session, origin, request).length > 0)
}

function linesAt(session: SiteSession, origin: string, given: Given): string[] {
  return handedCookieLines(session.cookies(), showingAt(session, origin, given))
}

function showingAt(session: SiteSession, origin: string, { site, principal, isHandoff }: Given): Parameters<typeof handsOver>[1] {
  return { session, site, url: new URL(origin), deviceId: principal.device.id, isHandoff }
}

function nextHop({ sessions }: Rooms, hops: DeliveryHops, { ticket, next, seen }: { ticket: Ticket; next: string; seen: readonly string[] }): string {
  const code = sessions.tickets.issueDelivery(ticket)
  hops.remember(code, seen)
  return `${next}${deliverPath}?code=${encodeURIComponent(code)}`
}

/** The landing page, when it is one of the site's own; its first address otherwise. */
function landingOf({ site, landingUrl }: SiteSession): string {
  for (const candidate of [landingUrl, site.landingUrl ?? '']) {
    const url = URL.parse(candidate)
    if (url !== null && site.origins.includes(url.origin)) return url.href
  }
  return `${site.origins[0]}/`
}
