import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../identity/index.ts'
import type { SiteSession } from '../../sessions/index.ts'
import { handedHeaders } from '../accounts/claim-ticket.ts'
import type { Rooms } from '../rooms.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'
import type { GoTo } from './page-route.ts'

export interface Leaving {
  readonly session: SiteSession
  readonly principal: Principal
  readonly ticket: string
  readonly request: FastifyRequest
}

/**
 * Redeems a ticket in a browser (law 4) and leads it to the site's own origin, where the proxy answers in the site's place.
 *
 * A tool gets 303. A browser gets a page that goes on by itself, for it came by a form: `form-action` counts for every redirect after a form
 * (CSP3, navigation request check), so a site that leads on to an address we do not know would leave the person on a page where nothing happens.
 */
export async function leave(rooms: Rooms, { session, principal, ticket, request }: Leaving): Promise<Page | GoTo> {
  if (session.site.delivery === 'handoff') handedHeaders(session)
  if (session.site.delivery === 'handoff' && principal.kind === 'device') await rooms.identity.noteHandedOver(principal.device.id, session.account.id)
  const redeemed = await rooms.sessions.tickets.redeem(ticket, principal)
  const code = rooms.sessions.tickets.issueDelivery(redeemed)
  const origin = landingOrigin(session)
  const url = `${origin}/.well-known/login-relay/deliver?code=${encodeURIComponent(code)}`
  if (!acceptsHtml(request)) return { goTo: url }
  return {
    title: 'Taking you there',
    refresh: { seconds: 0, url },
    body: html`<div class="narrow"><h1>Taking you to <bdi>${origin}</bdi> …</h1>
<p>If nothing happens, <a href="${url}" rel="noreferrer">go on by hand</a>.</p>
<p class="quiet">If the site says “not found” or asks you to sign in, this browser does not use the relay's proxy: see <a href="/set-up">set-up</a>.</p></div>`,
  }
}

export function acceptsHtml({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') === true
}

/** The proxy answers on enrolled origins alone. */
function landingOrigin({ site: { origins }, landingUrl }: SiteSession): string {
  const origin = URL.parse(landingUrl)?.origin
  return origin !== undefined && origins.includes(origin) ? origin : (origins[0] ?? '')
}
