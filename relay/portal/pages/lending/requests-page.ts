import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AccessRequest } from '../../../control/index.ts'
import type { PortalPrincipal } from '../../caller/identify.ts'
import { approveRequest, askAccess, judgeRequest, refuseRequest } from '../../lending/ask-access.ts'
import { isForHim, requestView } from '../../lending/lending.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { moment } from '../moment.ts'
import { doneNote, errorNote, mendable } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'

const kinds = { leave: 'leave to use it', approval: 'a yes to use it now', emergency: 'it, in an emergency' } as const
const hourChoices = { '1': 'an hour', '4': '4 hours', '8': '8 hours', '24': 'a day', '168': 'a week' } as const
const hours = z.enum(['1', '4', '8', '24', '168'])

/** What is asked of this person, what he asks of others, and a form to ask. */
export function requestsPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/requests', ({ principal, csrf, query }) => page(principal, csrf, doneNote(query), query.account))

  takeForm(app, rooms, '/requests', { account: z.string().trim().min(3).max(200), why: z.string().trim().min(1).max(500), hours }, async (call) => {
    const { principal, csrf, form, request } = call
    try {
      await askAccess(rooms, principal.user, { account: form.account, why: form.why, hours: Number(form.hours), address: request.address })
      return { goTo: '/requests?done=asked' }
    } catch (thrown) {
      const error = mendable(thrown)
      return { ...page(principal, csrf, errorNote(error), form.account), status: error.status }
    }
  })

  takeForm(app, rooms, { path: '/requests/:id/approve', freshFrom: '/requests' }, { hours }, async ({ principal, params, form }) => {
    await approveRequest(rooms, principal, params.id ?? '', Number(form.hours))
    return { goTo: '/requests?done=approved' }
  })

  takeForm(app, rooms, '/requests/:id/refuse', {}, async ({ principal, params }) => {
    await refuseRequest(rooms, principal, params.id ?? '')
    return { goTo: '/requests?done=refused' }
  })

  function page(principal: PortalPrincipal, csrf: string, note: Content, account = ''): Page {
    const all = rooms.grants.requests.list((request) => isForHim(rooms, principal, request))
    const [own, others] = [all.filter(({ requester }) => requester === principal.user.id), all.filter(({ requester }) => requester !== principal.user.id)]
    return {
      title: 'Requests',
      place: 'accounts',
      body: html`<h1>Requests</h1>${note}
<section class="card" id="asked-of-you"><h2>Asked of you</h2>${others.length === 0 ? html`<p>Nobody asks you for anything.</p>` : others.map((request) => asked(principal, request, csrf))}</section>
<form class="card" method="post" action="/requests">${csrfField(csrf)}<h2>Ask for an account</h2>
<div class="field"><label for="account">Whose, and which</label><input id="account" name="account" value="${account}" required minlength="3" maxlength="200" placeholder="ann/erp" autocomplete="off" autocapitalize="none" spellcheck="false"><small>OWNER/NAME. The owner sees your name, your address and what you write.</small></div>
<div class="field"><label for="why">Why</label><input id="why" name="why" required maxlength="500" autocomplete="off"></div>
<div class="field"><label for="for-hours">For</label>${hourSelect('for-hours', '8')}</div>
<button class="main">Ask</button></form>
<section class="card"><h2>Asked by you</h2>${own.length === 0 ? html`<p>Nothing yet.</p>` : html`<ul>${own.map((request) => mine(principal, request))}</ul>`}
<p><small>Where nobody says yes, nothing is said: it stays waiting, whether there is such an account or not.</small></p></section>`,
    }
  }

  function asked(principal: PortalPrincipal, request: AccessRequest, csrf: string): Html {
    const { id, state, until, effectiveAt, by } = requestView(rooms, principal, request)
    const may = judgeRequest(rooms, principal, id).decision.allowed
    const standing = state === 'open' ? 'waits for an answer' : `${state}${by === undefined ? '' : ` by ${by}`}`
    return html`<div class="asked"><h3><bdi>${request.requesterName}</bdi> asks for <bdi>${request.named}</bdi></h3><dl class="facts">
<dt>For</dt><dd>${kinds[request.kind]}, until ${moment(request.wantedUntil)}</dd><dt>Why</dt><dd><bdi>${request.why}</bdi></dd>
<dt>From</dt><dd>${request.address}, ${moment(request.at)}</dd><dt>Stands</dt><dd>${standing}${until !== undefined && html`, until ${moment(until)}`}${effectiveAt !== undefined && state === 'open' && html`; begins by itself ${moment(effectiveAt)}`}</dd></dl>
${
  may &&
  state !== 'refused' &&
  html`<div class="actions">${state === 'open' && html`<form method="post" action="/requests/${id}/approve">${csrfField(csrf)}<label class="visually-hidden" for="hours-${id}">For how long</label>${hourSelect(`hours-${id}`, '8')}<button class="main">Say yes</button></form>`}${action(`/requests/${id}/refuse`, state === 'open' ? 'Say no' : 'Take it back', csrf, 'danger')}</div>`
}</div>`
  }

  function mine(principal: PortalPrincipal, request: AccessRequest): Html {
    const { state, until, effectiveAt } = requestView(rooms, principal, request)
    return html`<li><bdi>${request.named}</bdi>: ${kinds[request.kind]} – ${state === 'open' ? 'waits' : state}${until !== undefined && html` until ${moment(until)}`}${effectiveAt !== undefined && state === 'open' && html`; begins ${moment(effectiveAt)}`}</li>`
  }
}

/** On the start page: how many requests wait for this person. */
export function requestsNote(rooms: Rooms, principal: PortalPrincipal): Html | undefined {
  const waiting = rooms.grants.requests.list(
    (request) => request.state === 'open' && request.requester !== principal.user.id && isForHim(rooms, principal, request),
  )
  if (waiting.length === 0) return undefined
  const [first] = waiting
  const text =
    waiting.length === 1 && first !== undefined
      ? html`<bdi>${first.requesterName}</bdi> asks for <bdi>${first.named}</bdi>.`
      : html`${waiting.length} requests wait for you.`
  return html`<div class="note warn"><p>${text} <a href="/requests">Answer</a></p></div>`
}

function hourSelect(id: string, chosen: string): Html {
  return html`<select id="${id}" name="hours">${Object.entries(hourChoices).map(([value, words]) => html`<option value="${value}"${value === chosen && html` selected`}>${words}</option>`)}</select>`
}
