import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import type { Invite, User } from '../../../identity/index.ts'
import { checkAccess } from '../../access.ts'
import { linkAddress } from '../../link-address.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { copyable } from '../copyable.ts'
import { type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { moment } from '../moment.ts'
import { errorNote, mendable } from '../notes.ts'
import { takeForm } from '../page-route.ts'

const fields = { name: z.string().trim().max(200), role: z.enum(['member', 'auditor', 'admin']) }

/** Takes the invite card's forms: a link is shown once, and an invitation that nobody has taken can be withdrawn. `page`: the page with the card. */
export function takeInvites(app: FastifyInstance, rooms: Rooms, page: (csrf: string, own: string, note: Html) => Promise<Page>): void {
  takeForm(app, rooms, { path: '/people/invites', freshFrom: '/people' }, fields, async ({ principal, csrf, form }) => {
    checkAccess('operator', principal)
    try {
      const { invite, token } = await rooms.invites.make({ ...form, by: principal.user.id })
      return { title: 'Invitation', place: 'people', body: invitation(invite, linkAddress(rooms.url(), token)) }
    } catch (thrown) {
      const error = mendable(thrown)
      return { ...(await page(csrf, principal.user.id, errorNote(error))), status: error.status }
    }
  })

  takeForm(app, rooms, { path: '/people/invites/:id/withdraw', freshFrom: '/people' }, {}, async ({ principal, params }) => {
    checkAccess('operator', principal)
    if (!(await rooms.invites.withdraw(params.id ?? ''))) throw new RelayError('not_found', { params: { what: 'such invitation' } })
    return { goTo: '/people?done=invite-withdrawn' }
  })
}

/** Invite somebody, and who is invited. */
export async function inviteCard({ invites, identity }: Pick<Rooms, 'invites' | 'identity'>, csrf: string): Promise<Html> {
  const open = (await invites.list()).filter(({ kind }) => kind === 'person')
  const makers = new Map((await identity.listUsers()).map((user) => [user.id, user]))
  return html`${open.length > 0 && html`<section class="card"><h2>Invited</h2>${table(open, makers, csrf)}</section>`}
<form class="card" method="post" action="/people/invites">${csrfField(csrf)}<h2>Invite somebody</h2>
<p>You get a link to give to them. By it they choose a password or a passkey of their own; it is good once, for 72 hours.</p>
<div class="field"><label for="name">Their name at this relay</label><input id="name" name="name" required maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false"></div>
<div class="field"><label for="role">What they may do</label><select id="role" name="role"><option value="member">use the relay: keep and lend accounts of their own</option><option value="auditor">the same, and read what everybody did</option><option value="admin">the same, and run the relay</option></select></div>
<button class="main">Make the link</button></form>`
}

function invitation({ name, expiresAt }: Invite, link: string): Html {
  return html`<h1>An invitation for <bdi>${name}</bdi></h1>
<div class="note warn"><p><strong>Copy the link now.</strong> It is shown this once, and is good once, until ${moment(expiresAt)}. Whoever opens it first becomes <bdi>${name}</bdi>.</p></div>
<section class="card">${copyable('invite', link)}</section>
<p><a class="button" href="/people">Done</a></p>`
}

function table(open: readonly Invite[], makers: ReadonlyMap<string, User>, csrf: string): Html {
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">By</th><th scope="col">Good until</th><th scope="col"><span class="visually-hidden">Withdraw</span></th></tr></thead><tbody>
${open.map(
  ({ id, name, role, expiresAt, by }) => html`<tr><td><strong><bdi>${name}</bdi></strong></td><td data-label="Role">${role}</td>
<td data-label="By">${by === undefined ? 'the command line' : maker(makers.get(by))}</td>
<td data-label="Good until">${moment(expiresAt)}</td><td class="end">${action(`/people/invites/${id}/withdraw`, 'Withdraw', csrf)}</td></tr>`,
)}</tbody></table>`
}

function maker(user: User | undefined): Html {
  return html`<bdi>${user?.name ?? 'somebody who is gone'}</bdi>${user?.disabledAt !== undefined && html` <span class="state bad">disabled: the link is worth nothing meanwhile</span>`}`
}
