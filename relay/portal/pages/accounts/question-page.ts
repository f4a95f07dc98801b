import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { PendingChallenge } from '../../../sessions/index.ts'
import { findChallenge, knownChallenge, unknownQuestion } from '../../api/accounts/challenge-routes.ts'
import type { PortalPrincipal } from '../../caller/identify.ts'
import type { Rooms } from '../../rooms.ts'
import { challengeView } from '../../views.ts'
import { type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { showPage, takeForm } from '../page-route.ts'

/** Questions that sign-ins put to the person: captcha images, codes, words. One at a time; the next one follows the answer. */
export function questionPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/questions', ({ principal, csrf }) => {
    const [first, ...others] = questionsOf(rooms, principal)
    return {
      title: 'Questions for you',
      place: 'accounts',
      refresh: { seconds: 5, withoutScript: true },
      body: html`<div class="narrow"><h1>Questions for you</h1><div id="question" data-live>${first === undefined ? nothingAsked() : questionForm(first, csrf)}</div>
<div id="others" data-live>${othersWait(others)}</div></div>`,
    }
  })

  showPage(app, rooms, '/questions/:id', ({ principal, csrf, params, query }) => {
    const challenge = findChallenge(rooms, principal, params.id ?? '')
    const others = questionsOf(rooms, principal).filter(({ id }) => id !== challenge?.id)
    const onward = query.onward?.slice(0, 200)
    return {
      title: 'A question for you',
      place: 'accounts',
      ...(challenge === undefined ? { status: 404 } : {}),
      body: html`<div class="narrow"><h1>A question for you</h1><div id="question" data-live>${challenge === undefined ? gone() : questionForm(challenge, csrf, onward)}</div>
<div id="others" data-live>${othersWait(others)}</div>
${challenge !== undefined && html`<p><a href="/accounts/${challenge.account.id}">See the whole sign-in</a></p>`}</div>`,
    }
  })

  const onward = z.string().max(200).optional()
  takeForm(app, rooms, '/questions/:id', { answer: z.string().trim().min(1).max(256), onward }, ({ principal, params, form }) => {
    const { id, account } = knownChallenge(rooms, principal, params.id ?? '')
    if (!rooms.sessions.answer(id, form.answer)) throw unknownQuestion()
    const [next] = questionsOf(rooms, principal)
    if (next !== undefined && form.onward === undefined) return { goTo: `/questions/${next.id}` }
    return { goTo: `/accounts/${account.id}?done=answered${onwardQuery(form.onward)}` }
  })

  takeForm(app, rooms, '/questions/:id/another', { onward }, async ({ principal, params, form }) => {
    const { id } = knownChallenge(rooms, principal, params.id ?? '')
    if (!(await rooms.sessions.reloadChallenge(id))) throw unknownQuestion()
    return { goTo: `/questions/${id}${form.onward === undefined ? '' : `?onward=${encodeURIComponent(form.onward)}`}` }
  })
}

/** `onward`: where the person was going when he was asked; he is led on from the account's page. */
export function questionForm(challenge: PendingChallenge, csrf: string, onward?: string): Html {
  const { id, kind, question, account, expiresAt, digits, canReload } = challengeView(challenge)
  const hidden = html`${csrfField(csrf)}${onward !== undefined && html`<input type="hidden" name="onward" value="${onward}">`}`
  return html`<div class="card"><form method="post" action="/questions/${id}" autocomplete="off">${hidden}
<h2>The site asks you</h2>
<p>The sign-in of <bdi>${account.name}</bdi> waits for your answer: <strong data-until="${expiresAt}">until ${new Date(expiresAt).toISOString().slice(11, 19)} UTC</strong>.</p>
${kind === 'captcha' && html`<img class="captcha" src="/api/v1/challenges/${id}/image" alt="The site's captcha, as the site drew it">`}
<div class="field"><label for="answer-${id}"><bdi>${question}</bdi></label>
<input class="answer" id="answer-${id}" name="answer" required maxlength="256" autofocus autocomplete="${kind === 'code' ? 'one-time-code' : 'off'}" autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="send"${digits && html` inputmode="numeric"`}></div>
<button class="main">Send the answer</button></form>
${canReload && html`<form method="post" action="/questions/${id}/another">${hidden}<p>Hard to read? <button class="plain">Show another image</button></p></form>`}</div>`
}

function questionsOf({ sessions }: Rooms, { user }: PortalPrincipal): readonly PendingChallenge[] {
  return sessions.challenges(user.id)
}

function othersWait(others: readonly PendingChallenge[]): Html | undefined {
  if (others.length === 0) return undefined
  const lines = others.map(({ id, account, behind }) => {
    const more = behind === 0 ? '' : `, and ${behind} more after it`
    return html`<li><a href="/questions/${id}"><bdi>${account.name}</bdi></a>${more}</li>`
  })
  return html`<div class="card"><h2>Others wait too</h2><ul>${lines}</ul></div>`
}

function nothingAsked(): Html {
  return html`<div class="card"><p>Nothing is asked of you. Leave this page open: a question shows up here when a sign-in needs you.</p></div>`
}

function gone(): Html {
  return html`<div class="card"><p>This question is no longer asked: it was answered, or its time was over.</p><p><a class="button" href="/">Your accounts</a></p></div>`
}

/** `open`, or the ticket of the handoff link he came by. */
function onwardQuery(onward: string | undefined): string {
  if (onward === undefined) return ''
  return onward === 'open' ? '&open=1' : `&handoff=${encodeURIComponent(onward)}`
}
