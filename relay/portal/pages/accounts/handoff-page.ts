import type { FastifyInstance } from 'fastify'
import { isRelayError, RelayError } from '../../../errors.ts'
import { failureForBorrower } from '../../../sessions/index.ts'
import { isOwnOf } from '../../access.ts'
import { isTicket, lookUpTicket } from '../../accounts/claim-ticket.ts'
import { signInSoon } from '../../accounts/sign-in-soon.ts'
import { checkCsrf, checkOwnPage, loadPortalPrincipal } from '../../caller/identify.ts'
import type { Rooms } from '../../rooms.ts'
import { html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { acceptsHtml, leave } from '../leaving-page.ts'
import { respondGoTo, respondPage } from '../page-route.ts'
import { showSignIn } from '../sign-in/sign-in-page.ts'
import { siteOrigin } from '../site-origin.ts'

/**
 * A handoff link. Opening it spends nothing (law 4): mail scanners and link previews open links. Whoever is not signed in sees the
 * sign-in page, the same for every link, whether it was ever valid or not. Who comes through the proxy is known by the device.
 */
export function handoffPage(app: FastifyInstance, rooms: Rooms): void {
  app.get<{ Params: { ticket: string } }>('/handoff/:ticket', async (request, reply) => {
    if (request.headers.accept?.includes('json') === true && !acceptsHtml(request)) throw new RelayError('not_acceptable')
    const { ticket } = request.params
    const person = await loadPortalPrincipal(rooms, request)
    const principal = person ?? rooms.proxied.of(request.raw)
    if (principal === undefined)
      return showSignIn(rooms, reply, request, { next: isTicket(ticket) ? `/handoff/${ticket}` : '/', lead: 'Sign in to use this link.' })
    const account = await lookUpTicket(rooms, principal, ticket)
    const origin = siteOrigin(rooms, account)
    const page = {
      title: 'Continue to the site',
      body: html`<div class="narrow"><h1>Continue to <bdi>${account.siteId}</bdi>?</h1>
<div class="card"><dl class="facts"><dt>Account</dt><dd><bdi>${account.name}</bdi></dd>${isOwnOf(principal, account) && html`<dt>User name there</dt><dd><bdi>${account.username}</bdi></dd>`}<dt>Site</dt><dd><bdi>${origin}</bdi></dd></dl></div>
<form method="post" action="/handoff/${ticket}">${person === undefined ? '' : csrfField(person.session.csrf)}<p><button class="main">Continue</button></p></form>
<p class="quiet">The link works once. This browser must use the relay's proxy, which brings your session to the site on the way (<a href="/set-up">set-up</a>); without it the site answers “not found”, and the link is spent.</p></div>`,
    }
    return respondPage(reply, page, person)
  })

  app.post<{ Params: { ticket: string } }>('/handoff/:ticket', async (request, reply) => {
    checkOwnPage(rooms, request)
    const person = await loadPortalPrincipal(rooms, request)
    const principal = person ?? rooms.proxied.of(request.raw)
    if (principal === undefined) throw new RelayError('unauthenticated')
    // A device has no anti-CSRF value: the ticket itself is what no other page can know.
    if (person !== undefined) checkCsrf((request.body as { csrf?: unknown } | undefined)?.csrf, person.session.csrf)
    const { ticket } = request.params
    const account = await lookUpTicket(rooms, principal, ticket)
    // First the sign-in, then the ticket: a sign-in that fails does not spend it.
    const session = await signInSoon(rooms, account.id).catch((error: unknown) => {
      if (person !== undefined && (isRelayError(error, 'login_failed') || isRelayError(error, 'needs_attention'))) return undefined
      throw isOwnOf(principal, account) ? error : failureForBorrower(account, error)
    })
    if (session === undefined) {
      if (person === undefined) throw new RelayError('captcha_pending', { params: { site: account.siteId }, url: rooms.url() })
      return respondGoTo(reply, `/${isOwnOf(principal, account) ? 'accounts' : 'lent'}/${account.id}?handoff=${ticket}`)
    }
    const answer = await leave(rooms, { session, principal, ticket, request })
    return 'goTo' in answer ? respondGoTo(reply, answer.goTo) : respondPage(reply, answer, person)
  })
}
