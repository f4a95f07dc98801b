import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { asRelayError } from '../../../errors.ts'
import type { Rooms } from '../../rooms.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { moment } from '../moment.ts'
import { doneNote, errorNote } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'

/** Register at a site through the proxy, and say whether the relay keeps it. */
export function registrationsPage(app: FastifyInstance, rooms: Rooms): void {
  const { registrations } = rooms.sessions
  showPage(app, rooms, '/registrations', ({ principal, csrf, query }) => page(rooms, principal.user.id, csrf, doneNote(query)))

  takeForm(app, rooms, '/registrations', { site: z.string().min(1).max(200) }, async ({ principal, csrf, form }) => {
    try {
      registrations.open(principal.user.id, form.site)
      return { goTo: '/registrations?done=registering' }
    } catch (thrown) {
      const error = asRelayError(thrown)
      return { ...(await page(rooms, principal.user.id, csrf, errorNote(error))), status: error.status }
    }
  })

  takeForm(
    app,
    rooms,
    { path: '/registrations/:id/accept', freshFrom: '/registrations' },
    { name: z.string().min(1).max(64) },
    async ({ principal, csrf, params, form }) => {
      try {
        const { id } = await registrations.accept(params.id ?? '', principal.user.id, form.name)
        return { goTo: `/accounts/${id}?done=registration-kept` }
      } catch (thrown) {
        const error = asRelayError(thrown)
        if (error.status >= 500 && error.code !== 'login_failed') throw error
        return { ...(await page(rooms, principal.user.id, csrf, errorNote(error))), status: error.status }
      }
    },
  )

  takeForm(app, rooms, '/registrations/:id/decline', { name: z.string().max(1000).optional() }, async ({ principal, params }) => {
    await registrations.decline(params.id ?? '', principal.user.id)
    return { goTo: '/registrations?done=registration-declined' }
  })
}

/** On the first page: something waits for the person's word. */
export function offersNote({ sessions }: Rooms, userId: string): Html | undefined {
  const offers = sessions.registrations.offers(userId)
  if (offers.length === 0) return undefined
  return html`<div class="note" role="status"><p>You have registered at <bdi>${offers.map(({ siteId }) => siteId).join(', ')}</bdi>. <a href="/registrations">Shall the relay keep it?</a></p></div>`
}

async function page({ accounts, sessions }: Rooms, userId: string, csrf: string, note?: Content): Promise<Page> {
  const offers = sessions.registrations.offers(userId)
  const sites = await accounts.listSites()
  const open = sites.filter(({ id }) => sessions.registrations.isOpen(userId, id))
  return {
    title: 'Register at a site',
    place: 'accounts',
    body: html`<div class="narrow"><h1>Register at a site</h1>
<p class="lead">The relay steps back for half an hour while you register through its proxy. It sees what the site accepts, and keeps it only if you say so.</p>
${note}
${offers.map(
  ({ id, siteId, username, expiresAt }) => html`<section class="card"><h2>Keep <bdi>${username}</bdi> at <bdi>${siteId}</bdi>?</h2>
<p>The relay signs in with it once to see that it works. Unanswered, it is forgotten at ${moment(expiresAt)}.</p>
<form method="post" action="/registrations/${id}/accept">${csrfField(csrf)}<div class="field"><label for="name-${id}">Its name here</label><input id="name-${id}" name="name" value="${siteId}" required maxlength="64" autocomplete="off"></div>
<div class="actions"><button class="main">Accept</button><button formaction="/registrations/${id}/decline" formnovalidate>Decline</button></div></form></section>`,
)}
${open.map(
  ({ id, origins }) =>
    html`<div class="note good"><p>You can register at <bdi>${id}</bdi> now: <a href="${origins[0] ?? ''}" rel="noreferrer"><bdi>${origins[0] ?? ''}</bdi></a>. Your browser must use the relay’s proxy.</p></div>`,
)}
${
  sites.length === 0
    ? html`<p>No site is enrolled yet.</p>`
    : siteForm(
        sites.map(({ id }) => id),
        csrf,
      )
}</div>`,
  }
}

function siteForm(sites: readonly string[], csrf: string): Html {
  return html`<form class="card" method="post" action="/registrations">${csrfField(csrf)}
<div class="field"><label for="site">Site</label><select id="site" name="site" required>${sites.map((id) => html`<option value="${id}">${id}</option>`)}</select></div>
<div class="actions"><button>Let me register there</button><a class="button" href="/">Back</a></div></form>`
}
