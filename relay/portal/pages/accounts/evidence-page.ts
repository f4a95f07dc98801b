import type { FastifyInstance } from 'fastify'
import type { KeptSnapshot } from '../../../sessions/index.ts'
import { checkAccount } from '../../access.ts'
import type { Rooms } from '../../rooms.ts'
import { type Html, html } from '../html.ts'
import { moment } from '../moment.ts'
import { prose } from '../notes.ts'
import { showPage } from '../page-route.ts'
import { failureWords } from '../state-words.ts'

/** What was seen when an account's sign-in failed. */
export function evidencePage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/accounts/:id/evidence', async ({ principal, params }) => {
    const account = await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' })
    const snapshot = await rooms.sessions.snapshot(account.id)
    return {
      title: `What was seen: ${account.name}`,
      place: 'accounts',
      body: html`<div class="top"><h1>What was seen</h1><a class="button" href="/accounts/${account.id}"><span>Back to <bdi>${account.name}</bdi></span></a></div>
${snapshot === undefined ? html`<p class="card">No sign-in of this account has failed.</p>` : shown(snapshot)}`,
    }
  })
}

function shown({ at, kind, seen, sent, adapter, steps, page }: KeptSnapshot): Html {
  return html`<section class="card"><h2>${failureWords(kind)}</h2>
<ul>${seen.map((line) => html`<li><bdi>${prose(line)}</bdi></li>`)}</ul>
<dl class="facts"><dt>When</dt><dd>${moment(at)}</dd><dt>Adapter</dt><dd>${adapter}</dd>
<dt>Password</dt><dd>${sent ? 'had been sent; it is not sent again by itself' : 'had not been sent'}</dd></dl></section>
${page === undefined ? html`<p class="card">No page was reached.</p>` : pageShown(page)}
<section class="card"><h2>Steps</h2><ol class="steps">${steps.map(({ at: after, text }) => html`<li><span class="ms">${Math.round(after)} ms</span><span><bdi>${prose(text)}</bdi></span></li>`)}</ol></section>`
}

function pageShown({ url, status, title, charset, redirects, forms, messages, cookies, copy }: NonNullable<KeptSnapshot['page']>): Html {
  return html`<section class="card"><h2>The page it ended at</h2><dl class="facts">
<dt>Address</dt><dd><bdi>${url}</bdi></dd><dt>Status</dt><dd>${status}</dd><dt>Title</dt><dd><bdi>${title}</bdi></dd><dt>Charset</dt><dd>${charset}</dd>
${redirects.length > 0 && html`<dt>By way of</dt><dd><bdi>${redirects.join(', ')}</bdi></dd>`}
${cookies.length > 0 && html`<dt>Cookies</dt><dd><bdi>${cookies.map(({ name, change }) => `${name} ${change}`).join(', ')}</bdi></dd>`}</dl>
${messages.length > 0 && html`<h2>Text that the page before it did not have</h2><ul>${messages.map((line) => html`<li><bdi>${line}</bdi></li>`)}</ul>`}
${forms.map(
  ({ name, method, action, fields }) => html`<h2>Form <bdi>${name}</bdi></h2><p class="quiet">${method.toUpperCase()} <bdi>${action}</bdi></p>
<ul>${fields.map((field) => html`<li><code>${field.name === '' ? '(no name)' : field.name}</code> ${field.type} <bdi>${field.label}</bdi></li>`)}</ul>`,
)}
<details><summary>The page itself</summary><p class="quiet">Without scripts, values of fields, tokens, your user name and your password.</p><pre tabindex="0">${copy}</pre></details></section>`
}
