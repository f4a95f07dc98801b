import type { FastifyInstance } from 'fastify'
import type { User } from '../../../identity/index.ts'
import { checkAccess, loadUserFor } from '../../access.ts'
import type { Rooms } from '../../rooms.ts'
import { disableUser, endUser } from '../../security/force-off.ts'
import { action } from '../account-actions.ts'
import { type Content, type Html, html } from '../html.ts'
import type { Page } from '../layout.ts'
import { moment } from '../moment.ts'
import { afterEnd, doneNote } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'
import { inviteCard, takeInvites } from './invite-card.ts'

/** The people of this relay, for who runs it: invite one, end what is signed in for one, keep one out. It tells nothing of their accounts. */
export function peoplePage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/people', async ({ principal, csrf, query }) => {
    checkAccess('operator', principal)
    return page(csrf, principal.user.id, doneNote(query))
  })

  takeInvites(app, rooms, page)

  takeForm(app, rooms, '/people/:id/end', {}, async ({ principal, params }) => {
    const user = await loadUserFor(rooms, principal, params.id ?? '')
    checkAccess('operator', principal)
    return { goTo: afterEnd('/people', 'user-ended', await endUser(rooms, user, { except: principal.session.id })) }
  })

  takeForm(app, rooms, { path: '/people/:id/disable', freshFrom: '/people' }, {}, async ({ principal, params }) => {
    checkAccess('operator', principal)
    return { goTo: afterEnd('/people', 'user-disabled', await disableUser(rooms, principal, params.id ?? '')) }
  })

  takeForm(app, rooms, { path: '/people/:id/enable', freshFrom: '/people' }, {}, async ({ principal, params }) => {
    checkAccess('operator', principal)
    await rooms.identity.enableUser((await loadUserFor(rooms, principal, params.id ?? '')).id)
    return { goTo: '/people?done=user-enabled' }
  })

  async function page(csrf: string, own: string, note: Content): Promise<Page> {
    return {
      title: 'People',
      place: 'people',
      body: html`<h1>People</h1><p class="lead">Who may sign in to this relay. What they keep here is theirs: you use nobody's accounts.</p>${note}
<section class="card">${table(await rooms.identity.listUsers(), own, csrf)}</section>
${await inviteCard(rooms, csrf)}`,
    }
  }
}

function table(users: readonly User[], own: string, csrf: string): Html {
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Since</th><th scope="col"><span class="visually-hidden">End</span></th></tr></thead><tbody>
${users.map(
  ({
    id,
    name,
    role,
    createdAt,
    disabledAt,
  }) => html`<tr><td><strong><bdi>${name}</bdi></strong>${disabledAt !== undefined && html` <span class="state bad">disabled</span>`}</td>
<td data-label="Role">${role}</td><td data-label="Since">${moment(createdAt)}</td><td class="end"><div class="actions">${action(`/people/${id}/end`, 'End everything', csrf)}${
    id !== own && (disabledAt === undefined ? action(`/people/${id}/disable`, 'Disable', csrf, 'danger') : action(`/people/${id}/enable`, 'Let in again', csrf))
  }</div></td></tr>`,
)}</tbody></table>`
}
