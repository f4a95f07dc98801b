import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { PendingChallenge } from '../../sessions/index.ts'
import { knownChallenge, unknownQuestion } from '../api/challenge-routes.ts'
import type { Rooms } from '../rooms.ts'
import { challengeView } from '../views.ts'
import { type Html, html } from './html.ts'
import { csrfField } from './layout.ts'
import { showPage, takeForm } from './page-route.ts'

/** A question that a sign-in puts to the person: a captcha image, a code, words. */
export function questionPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/questions/:id', ({ principal, csrf, params }) => {
    const challenge = knownChallenge(rooms, principal, params.id ?? '')
    return {
      title: 'A question for you',
      place: 'accounts',
      body: html`<div class="narrow"><h1>A question for you</h1>${questionForm(challenge, csrf)}
<p><a href="/accounts/${challenge.account.id}">See the whole sign-in</a></p></div>`,
    }
  })

  const fields = { answer: z.string().trim().min(1).max(256), onward: z.string().max(200).optional() }
  takeForm(app, rooms, '/questions/:id', fields, ({ principal, params, form }) => {
    const { id, account } = knownChallenge(rooms, principal, params.id ?? '')
    if (!rooms.sessions.answer(id, form.answer)) throw unknownQuestion()
    return { goTo: `/accounts/${account.id}?done=answered${onwardQuery(form.onward)}` }
  })
}

/** `onward`: where the person was going when he was asked; he is led on from the account's page. */
export function questionForm(challenge: PendingChallenge, csrf: string, onward?: string): Html {
  const { id, kind, question, account, expiresAt } = challengeView(challenge)
  return html`<form class="card" method="post" action="/questions/${id}" autocomplete="off">${csrfField(csrf)}${onward !== undefined && html`<input type="hidden" name="onward" value="${onward}">`}
<h2>The site asks you</h2>
<p>The sign-in of <bdi>${account.name}</bdi> waits for your answer: <span data-until="${expiresAt}">until ${new Date(expiresAt).toISOString().slice(11, 19)} UTC</span>.</p>
${kind === 'captcha' && html`<img class="captcha" src="/api/v1/challenges/${id}/image" alt="The site's captcha, as the site drew it">`}
<div class="field"><label for="answer-${id}"><bdi>${question}</bdi></label>
<input class="answer" id="answer-${id}" name="answer" required maxlength="256" autocomplete="${kind === 'code' ? 'one-time-code' : 'off'}" autocapitalize="none" spellcheck="false"></div>
<button class="main">Send the answer</button></form>`
}

/** `open`, or the ticket of the handoff link he came by. */
function onwardQuery(onward: string | undefined): string {
  if (onward === undefined) return ''
  return onward === 'open' ? '&open=1' : `&handoff=${encodeURIComponent(onward)}`
}
