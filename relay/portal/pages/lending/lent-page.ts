import type { FastifyInstance } from 'fastify'
import type { AccountDecision, LentAccount } from '../../../control/index.ts'
import { RelayError } from '../../../errors.ts'
import { mayNow } from '../../access.ts'
import { accountState } from '../../accounts/account-state.ts'
import { isTicket } from '../../accounts/claim-ticket.ts'
import type { PortalPrincipal } from '../../caller/identify.ts'
import { ownerNames } from '../../lending/owner-names.ts'
import { patience, type Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { showPage } from '../page-route.ts'
import { siteOrigin } from '../site-origin.ts'
import { stateMark } from '../state-words.ts'
import { termWords } from './grant-words.ts'

/** An account that somebody lends: whose it is, on which terms, and the way to it. */
export function lentPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/lent/:id', async ({ principal, csrf, params, query }) => {
    const lent = rooms.grants.lentTo(principal).find(({ account }) => account.id === params.id)
    if (lent === undefined) throw new RelayError('account_unknown', { params: { account: params.id ?? '' } })
    const { account, name, ownerName } = lent
    const decision = await mayNow(rooms, principal, 'use', account)
    const state = accountState(account, rooms.sessions, patience(rooms))
    const names = await ownerNames(rooms)
    const isWaiting = state.state === 'signing-in' || state.state === 'asking'
    const terms = decision.grant === undefined ? [] : termWords(decision.grant, names)
    const onward =
      query.handoff !== undefined && isTicket(query.handoff)
        ? `/handoff/${query.handoff}`
        : query.open === undefined
          ? undefined
          : `/accounts/${account.id}/open`
    return {
      title: name,
      place: 'accounts',
      ...(isWaiting ? { refresh: { seconds: 2, withoutScript: true } } : {}),
      body: html`<div class="top"><h1><bdi>${name}</bdi></h1></div>
<section class="card" id="state" data-live aria-live="polite"><p>${stateMark(state)}</p>
${state.state === 'asking' && html`<p>The site asks something that its owner answers. Tell <bdi>${ownerName}</bdi>.</p>`}
${decision.allowed && onward !== undefined && state.state === 'signed-in' ? goOn(onward, csrf) : html`<div class="actions">${lentActions(rooms, lent, decision, csrf)}</div>`}
${!decision.allowed && html`<p>You cannot use it now: ${decision.reason}.</p>`}</section>
<section class="card"><h2>About this account</h2><dl class="facts"><dt>Whose it is</dt><dd><bdi>${ownerName}</bdi>, who is told when you use it</dd>
<dt>Site</dt><dd><bdi>${siteOrigin(rooms, account)}</bdi></dd>
<dt>Lent to you</dt><dd>${terms.length === 0 ? 'until it is taken back' : html`<ul>${terms.map((one) => html`<li>${one}</li>`)}</ul>`}</dd>
<dt>Tools</dt><dd>name it in the header <code>Login-Relay-Account: ${name}</code></dd></dl></section>`,
    }
  })
}

/** On the start page: what others lend to this person. */
export async function lentCards(rooms: Rooms, principal: PortalPrincipal, csrf: string): Promise<Html | undefined> {
  const lent = rooms.grants.lentNow(principal)
  if (lent.length === 0) return undefined
  const cards = await Promise.all(lent.map((one) => card(rooms, one, principal, csrf)))
  return html`<h2>Lent to you</h2><ul class="cards" id="lent">${cards}</ul>`
}

async function card(rooms: Rooms, lent: LentAccount, principal: PortalPrincipal, csrf: string): Promise<Html> {
  const decision = await mayNow(rooms, principal, 'use', lent.account)
  const origin = siteOrigin(rooms, lent.account)
  return html`<li class="card"><div class="row"><div class="grow"><h2><a href="/lent/${lent.account.id}"><bdi>${lent.name}</bdi></a></h2>
<p class="quiet">lent by <bdi>${lent.ownerName}</bdi>, at <bdi>${origin}</bdi></p>
${!decision.allowed && html`<p>Not now: ${decision.reason}.</p>`}</div>
<div class="actions">${lentActions(rooms, lent, decision, csrf)}</div></div></li>`
}

function lentActions({ gateway }: Rooms, { account, name }: LentAccount, { allowed, rule }: AccountDecision, csrf: string): Html {
  if (allowed)
    return html`${action(`/accounts/${account.id}/open`, 'Open', csrf, 'main')}${gateway !== undefined && html`<a class="button" href="${gateway.addressOf(account, true)}">Open in gateway</a>`}`
  const isAsking = rule === 'approval-wanted' || rule.startsWith('emergency-')
  return html`${isAsking && html`<a class="button main" href="/requests?account=${encodeURIComponent(name)}">Ask</a>`}`
}

function goOn(path: string, csrf: string): Html {
  return html`<form method="post" action="${path}" data-go-on>${csrfField(csrf)}<p>The site is ready.</p><button class="main">Continue</button></form>`
}
