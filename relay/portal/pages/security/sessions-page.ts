import type { FastifyInstance } from 'fastify'
import type { ListedPortalSession } from '../../../identity/index.ts'
import type { SiteSession } from '../../../sessions/index.ts'
import { checkDevice } from '../../access.ts'
import { browserName } from '../../caller/browser-name.ts'
import { clearCookie } from '../../caller/portal-cookie.ts'
import type { Rooms } from '../../rooms.ts'
import { endUser } from '../../security/force-off.ts'
import { action } from '../account-actions.ts'
import { type Html, html } from '../html.ts'
import { moment } from '../moment.ts'
import { afterEnd, doneNote, prose } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'

/** Everything that is signed in on this person's behalf, at sites and at the portal, each with its End (law 7). */
export function sessionsPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/sessions', async ({ principal, csrf, query }) => {
    const live = rooms.sessions.listLive(principal.user.id)
    const portal = await rooms.identity.listPortalSessions(principal.user.id)
    return {
      title: 'Sessions',
      place: 'sessions',
      body: html`<h1>Sessions</h1>${doneNote(query)}
<section class="card" id="site-sessions" data-live><h2>At sites</h2>${live.length === 0 ? html`<p>The relay is signed in nowhere on your behalf.</p>` : siteTable(live, csrf)}</section>
<section class="card"><h2>At this portal</h2>${portalTable(portal, principal.session.id, csrf)}<p><a href="/security">How you sign in</a> · <a href="/record">What was done</a></p></section>
<section class="card"><h2>Everything at once</h2><p>Ends every session at a site and every sign-in to this portal but this one, and cuts what your devices have under way. Devices stay enrolled.</p><div class="actions">${action('/sessions/end-all', 'End everything', csrf, 'danger')}</div></section>`,
    }
  })

  takeForm(app, rooms, '/sessions/end-all', {}, async ({ principal }) => {
    return { goTo: afterEnd('/sessions', 'all-ended', await endUser(rooms, principal.user, { except: principal.session.id })) }
  })

  takeForm(app, rooms, '/portal-sessions/:id/end', {}, async ({ principal, params, reply }) => {
    const found = (await rooms.identity.listPortalSessions(principal.user.id)).find(({ id }) => id === params.id)
    checkDevice(principal, 'revoke', found?.userId, 'such session')
    await rooms.identity.endPortalSession(params.id ?? '')
    rooms.streams.end(params.id ?? '')
    if (params.id !== principal.session.id) return { goTo: '/sessions?done=portal-ended' }
    clearCookie(reply, 'login-relay', rooms.secure)
    return { goTo: '/sign-in?done=signed-out' }
  })
}

function siteTable(live: readonly SiteSession[], csrf: string): Html {
  return html`<table><thead><tr><th scope="col">Account</th><th scope="col">Signed in</th><th scope="col">Proved by</th><th scope="col"><span class="visually-hidden">End</span></th></tr></thead><tbody>
${live.map(
  ({
    account,
    createdAt,
    evidence,
  }) => html`<tr><td><a href="/accounts/${account.id}"><bdi>${account.name}</bdi></a></td><td data-label="Signed in">${moment(createdAt)}</td>
<td data-label="Proved by"><bdi>${prose(evidence)}</bdi></td><td class="end">${action(`/accounts/${account.id}/end`, 'End', csrf)}</td></tr>`,
)}</tbody></table>`
}

function portalTable(sessions: readonly ListedPortalSession[], own: string, csrf: string): Html {
  return html`<table><thead><tr><th scope="col">Browser</th><th scope="col">From</th><th scope="col">Since</th><th scope="col"><span class="visually-hidden">End</span></th></tr></thead><tbody>
${sessions.map(
  ({
    id,
    agent,
    address,
    createdAt,
  }) => html`<tr><td><bdi title="${agent}">${browserName(agent)}</bdi>${id === own && html` <strong>(this one)</strong>`}</td><td data-label="From">${address}</td>
<td data-label="Since">${moment(createdAt)}</td><td class="end">${action(`/portal-sessions/${id}/end`, 'End', csrf)}</td></tr>`,
)}</tbody></table>`
}
