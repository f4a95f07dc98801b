import type { FastifyInstance } from 'fastify'
import type { Account } from '../../../accounts/index.ts'
import { checkAccount } from '../../access.ts'
import { type AccountState, accountState } from '../../accounts/account-state.ts'
import { isTicket } from '../../accounts/claim-ticket.ts'
import { knownChallenge } from '../../api/accounts/challenge-routes.ts'
import { patience, type Rooms } from '../../rooms.ts'
import { accountActions, action } from '../account-actions.ts'
import { type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { moment } from '../moment.ts'
import { doneNote } from '../notes.ts'
import { type PageCall, showPage } from '../page-route.ts'
import { siteOrigin } from '../site-origin.ts'
import { stateAdvice, stateMark } from '../state-words.ts'
import { limitsCards } from './account-limits.ts'
import { questionForm } from './question-page.ts'
import { signInSteps } from './steps.ts'

/** One account: how it stands, the sign-in as it happens, what can be done. */
export function accountPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/accounts/:id', async ({ principal, csrf, params, query }) => {
    const account = await checkAccount(rooms, principal, 'keep', { id: params.id ?? '' })
    const state = accountState(account, rooms.sessions, patience(rooms))
    const site = rooms.accounts.site(account.siteId)
    const origin = siteOrigin(rooms, account)
    const onward = onwardTo(account, query)
    return {
      title: account.name,
      place: 'accounts',
      ...(state.state === 'signing-in' ? { refresh: { seconds: 2, withoutScript: true } } : {}),
      body: html`<div class="top"><h1><bdi>${account.name}</bdi></h1></div>
${doneNote(query)}
${strayNote(rooms, account)}
<section class="card" id="state" data-live aria-live="polite"><p>${stateMark(state)}</p>
${stateAdvice(state)}
${(state.state === 'failed' || state.state === 'needs-attention') && html`<p><a href="/accounts/${account.id}/evidence">What the relay saw</a></p>`}
${onward !== undefined && state.state === 'signed-in' ? goOn(onward, csrf) : html`<div class="actions">${accountActions(account, state, csrf, true, rooms.gateway?.addressOf(account))}</div>`}</section>
<div id="question" data-live>${question(rooms, { principal, csrf, query }, state)}</div>
<section id="steps" data-live>${signInSteps(rooms.sessions.recent(account.id))}</section>
<section class="card"><h2>About this account</h2><dl class="facts">
<dt>Site</dt><dd><bdi>${origin}</bdi></dd>
<dt>User name there</dt><dd><bdi>${account.username}</bdi></dd>
<dt>Password</dt><dd>kept sealed in the relay; nobody can look at it, you neither; <a href="/accounts/${account.id}/credential">its versions, and a new one at the site</a></dd>
<dt>Delivery</dt><dd>${site?.delivery === 'handoff' ? 'your browser gets the site’s cookies' : 'the proxy adds the session on the way; your browser holds nothing of worth'}</dd>
<dt>Copies</dt><dd>${account.copies === undefined ? 'your devices keep none of its session' : 'your devices may keep some of its session'}; <a href="/copies">which there are</a></dd>
<dt>Added</dt><dd>${moment(account.createdAt)}</dd></dl></section>
${limitsCards(account, site, csrf)}
<div class="actions"><a class="button" href="/accounts/${account.id}/lend">Lend</a><a class="button" href="/accounts/${account.id}/password">Replace the password</a>
<details class="inline"><summary>Remove this account</summary><div class="card"><p>Its session is ended and its password destroyed. The account at the site itself stays as it is.</p>
${action(`/accounts/${account.id}/remove`, 'Remove it', csrf, 'danger')}</div></details></div>`,
    }
  })
}

/** Scripts of the site build addresses that the gateway cannot see: what does not work there works through the proxy. */
function strayNote({ gateway }: Rooms, account: Account): Html | undefined {
  const strays = gateway?.strays(account) ?? []
  if (strays.length === 0) return undefined
  return html`<div class="note warn"><p>In the gateway, scripts of this site ask <bdi>${strays.join(', ')}</bdi> directly, where your browser is not signed in. What does not work there works through the proxy: see <a href="/set-up">set-up</a>.</p></div>`
}

function question(rooms: Rooms, { principal, csrf, query }: Pick<PageCall, 'principal' | 'csrf' | 'query'>, state: AccountState): Html | undefined {
  if (state.state !== 'asking') return undefined
  const onward = query.handoff ?? (query.open === undefined ? undefined : 'open')
  return questionForm(knownChallenge(rooms, principal, state.challengeId), csrf, onward)
}

/** Where the person was going when the sign-in took longer. Two addresses of the portal only: the form below sends a POST there. */
function onwardTo({ id }: Account, { open, handoff }: Readonly<Record<string, string>>): string | undefined {
  if (handoff !== undefined && isTicket(handoff)) return `/handoff/${handoff}`
  return open === undefined ? undefined : `/accounts/${id}/open`
}

function goOn(path: string, csrf: string): Html {
  return html`<form method="post" action="${path}" data-go-on>${csrfField(csrf)}<p>The site is ready.</p><button class="main">Continue</button></form>`
}
