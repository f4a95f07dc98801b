import type { FastifyInstance } from 'fastify'
import { checkAccount } from '../../access.ts'
import { accountState } from '../../accounts/account-state.ts'
import { patience, type Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { type PageCall, showPage, takeForm } from '../page-route.ts'
import { siteOrigin } from '../site-origin.ts'
import { stateMark } from '../state-words.ts'

/**
 * Signing in on the site's own page, for what only a person can do there: a slider, a picture puzzle, a check of how he behaves (law 8).
 * He types a placeholder where the password goes; the proxy puts the password in on the way, and what the site gives becomes the session.
 */
export function byHandPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/accounts/:id/by-hand', async (call) => {
    const { account, origin } = await accountOf(rooms, call)
    return {
      title: 'Sign in by hand',
      place: 'accounts',
      body: html`<div class="narrow"><h1>Sign in to <bdi>${account.name}</bdi> by hand</h1>
${standing(rooms, account, call.csrf)}
<div class="card"><p>Some sites ask for something that only a person can do: move a slider, pick pictures, tick “I am not a robot”. The relay never tries to get past that. You do it on the site’s own page, and the relay takes over the session that the site then gives.</p>
<ol><li>Use this browser through the relay’s proxy: see <a href="/set-up">set-up</a>.</li>
<li>You get a placeholder for the password. It works for ten minutes, once, and only in the form of <bdi>${origin}</bdi>; the password itself never comes to this browser.</li>
<li>Type your user name and the placeholder on the site’s page, answer what it asks, and send the form.</li></ol>
<form method="post" action="/accounts/${account.id}/by-hand">${csrfField(call.csrf)}<button class="main">Get a placeholder</button></form></div>
<p><a href="/accounts/${account.id}">Back to the account</a></p></div>`,
    }
  })

  takeForm(app, rooms, '/accounts/:id/by-hand', {}, async (call) => {
    const { account, site } = await accountOf(rooms, call)
    const { username, placeholder, expiresAt } = await rooms.sessions.pageSignIns.begin(account.id, undefined)
    return {
      title: 'Sign in by hand',
      place: 'accounts',
      body: html`<div class="narrow"><h1>Sign in to <bdi>${account.name}</bdi> by hand</h1>
${standing(rooms, account, call.csrf)}
<div class="card"><dl class="facts"><dt>User name</dt><dd><code id="username">${username}</code> <button type="button" class="plain" data-copy="username" hidden>Copy</button></dd>
<dt>In place of the password</dt><dd><code id="placeholder">${placeholder}</code> <button type="button" class="plain" data-copy="placeholder" hidden>Copy</button></dd>
<dt>It works</dt><dd><strong data-until="${expiresAt}">until ${new Date(expiresAt).toISOString().slice(11, 19)} UTC</strong>, once</dd></dl>
<div class="actions"><a class="button main" href="${site?.loginUrl ?? ''}" target="_blank" rel="noreferrer noopener">Open the site’s sign-in page</a></div>
<p class="quiet">Come back to this page when the site has let you in: it shows that the session is the relay’s now.</p></div>
<p><a href="/accounts/${account.id}">Back to the account</a></p></div>`,
    }
  })
}

async function accountOf(rooms: Rooms, { principal, params }: Pick<PageCall, 'principal' | 'params'>) {
  const account = await checkAccount(rooms, principal, 'keep', { id: params.id ?? '' })
  return { account, site: rooms.accounts.site(account.siteId), origin: siteOrigin(rooms, account) }
}

/** How the account stands; the page keeps it fresh. */
function standing(rooms: Rooms, account: Awaited<ReturnType<typeof accountOf>>['account'], csrf: string): Html {
  const state = accountState(account, rooms.sessions, patience(rooms))
  return html`<section class="card" id="state" data-live aria-live="polite"><p>${stateMark(state)}</p>
${state.state === 'signed-in' && html`<p>The site knows the session as signed in.</p><div class="actions">${action(`/accounts/${account.id}/open`, 'Open', csrf, 'main')}</div>`}</section>`
}
