import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { clearCookie, keepCookie } from '../../caller/portal-cookie.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { checkbox } from '../checkbox.ts'
import { type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { moment } from '../moment.ts'
import { takeForm } from '../page-route.ts'

/** The forms by which a person chooses his phrase, and says at which browsers the sign-in page shows it. */
export function phraseForms(app: FastifyInstance, rooms: Rooms): void {
  const { phrases } = rooms
  const fields = { phrase: z.string().max(400), show: z.literal('on').optional() }

  takeForm(app, rooms, { path: '/security/phrase', freshFrom: '/security' }, fields, async ({ principal: { user }, form, reply }) => {
    await phrases.choose(user.id, form.phrase)
    if (form.show === 'on') keepCookie(reply, 'login-relay-phrase', await phrases.letShow(user.id), rooms.secure)
    return { goTo: '/security?done=phrase-chosen' }
  })

  takeForm(app, rooms, { path: '/security/phrase/show', freshFrom: '/security' }, {}, async ({ principal: { user }, reply }) => {
    keepCookie(reply, 'login-relay-phrase', await phrases.letShow(user.id), rooms.secure)
    return { goTo: '/security?done=phrase-chosen' }
  })

  takeForm(app, rooms, { path: '/security/phrase/forget', freshFrom: '/security' }, {}, async ({ principal: { user }, reply }) => {
    await phrases.forget(user.id)
    clearCookie(reply, 'login-relay-phrase', rooms.secure)
    return { goTo: '/security?done=phrase-forgotten' }
  })
}

/** It is never told here what the phrase is: whoever looks over a shoulder, or has got in once, could put it on a page of his own. */
export function phraseCard({ phrases }: Rooms, userId: string, csrf: string): Html {
  const chosen = phrases.of(userId)
  return html`<section class="card"><h2>Your phrase on the sign-in page</h2>
<p>Choose some words that only you know. From then on the sign-in page shows them at the browsers where you say so, before you type anything. A page that looks like the relay’s and does not show them is not the relay’s.</p>
${chosen !== undefined && html`<p>Chosen ${moment(chosen.since)}; shown at ${chosen.browsers === 1 ? 'one browser' : `${chosen.browsers} browsers`}.</p>`}
<form method="post" action="/security/phrase">${csrfField(csrf)}
<div class="field"><label for="phrase">${chosen === undefined ? 'Your phrase' : 'Another phrase'}</label><input id="phrase" name="phrase" required minlength="4" maxlength="100" autocomplete="off"><small>Not your password, nor a part of it: it can be read on the screen.</small></div>
${checkbox('show', 'Show it at this browser: it is mine', { isChecked: true })}
<button class="main">${chosen === undefined ? 'Choose it' : 'Change it'}</button></form>
${chosen !== undefined && html`<div class="actions">${action('/security/phrase/show', 'Show it at this browser too', csrf)}${action('/security/phrase/forget', 'Forget it everywhere', csrf, 'danger')}</div>`}</section>`
}
