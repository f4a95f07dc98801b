import type { FastifyInstance } from 'fastify'
import { accountState } from '../../accounts/account-state.ts'
import { patience, type Rooms } from '../../rooms.ts'
import { accountActions } from '../account-actions.ts'
import { type Html, html } from '../html.ts'
import { lentCards } from '../lending/lent-page.ts'
import { requestsNote } from '../lending/requests-page.ts'
import { doneNote } from '../notes.ts'
import { type PageCall, showPage } from '../page-route.ts'
import { siteOrigin } from '../site-origin.ts'
import { stateAdvice, stateMark } from '../state-words.ts'
import { offersNote } from './registrations-page.ts'

/** My accounts and how they stand. */
export function homePage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/', async ({ principal, csrf, query }) => {
    const accounts = rooms.accounts.listAccounts({ owner: principal.user.id })
    const cards = accounts.map((account) => card(rooms, account, csrf))
    const underWay = cards.some(({ busy }) => busy)
    return {
      title: 'Accounts',
      place: 'accounts',
      ...(underWay ? { refresh: { seconds: 5, withoutScript: true } } : {}),
      body: html`<div class="top"><h1>Your accounts</h1>${accounts.length > 0 && html`<div class="actions"><a class="button" href="/accounts/new">Add an account</a><a class="button" href="/registrations">Register at a site</a><a class="button" href="/requests">Requests</a></div>`}</div>
${doneNote(query)}
${offersNote(rooms, principal.user.id)}
${requestsNote(rooms, principal)}
${accounts.length === 0 ? nothingYet() : html`<ul class="cards" id="accounts" data-live>${cards.map(({ markup }) => markup)}</ul>`}
${await lentCards(rooms, principal, csrf)}`,
    }
  })
}

function card(rooms: Rooms, account: ReturnType<Rooms['accounts']['listAccounts']>[number], csrf: PageCall['csrf']): { markup: Html; busy: boolean } {
  const state = accountState(account, rooms.sessions, patience(rooms))
  const origin = siteOrigin(rooms, account)
  const markup = html`<li class="card"><div class="row"><div class="grow">
<h2><a href="/accounts/${account.id}"><bdi>${account.name}</bdi></a></h2>
<p class="quiet"><bdi>${account.username}</bdi> at <bdi>${origin}</bdi></p>
<p>${stateMark(state)}</p></div>
<div class="actions">${accountActions(account, state, csrf)}</div></div>${stateAdvice(state)}</li>`
  return { markup, busy: state.state === 'signing-in' }
}

function nothingYet(): Html {
  return html`<div class="card"><h2>No account yet</h2>
<p>Tell the relay your user name and password at a site once. From then on it signs in for you, and your browser or script gets the session without ever holding the password.</p>
<p class="actions"><a class="button main" href="/accounts/new">Add an account</a><a class="button" href="/registrations">Register at a site</a><a class="button" href="/requests">Ask for somebody’s</a></p></div>`
}
