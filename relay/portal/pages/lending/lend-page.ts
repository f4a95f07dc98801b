import type { FastifyInstance } from 'fastify'
import type { Account } from '../../../accounts/index.ts'
import { type Grant, granteeOf } from '../../../control/index.ts'
import { checkAccount } from '../../access.ts'
import { lend, takeBack } from '../../lending/lend.ts'
import { loadGrant } from '../../lending/load-grant.ts'
import { ownerNames } from '../../lending/owner-names.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { type Content, type Html, html } from '../html.ts'
import type { Page } from '../layout.ts'
import { moment } from '../moment.ts'
import { doneNote, errorNote, mendable } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'
import { joined, termWords } from './grant-words.ts'
import { lendFields, lendForm, readTerms } from './lend-form.ts'

/** To whom an account is lent, and a form to lend it. */
export function lendPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, { path: '/accounts/:id/lend', fresh: true }, async ({ principal, csrf, params, query }) =>
    page(await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' }), csrf, doneNote(query)),
  )

  takeForm(app, rooms, { path: '/accounts/:id/lend', freshFrom: '/' }, lendFields, async ({ principal, csrf, params, form }) => {
    const account = await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' })
    try {
      const to = await granteeOf(rooms, { [form.kind]: form.name })
      await lend(rooms, principal, account, to, await readTerms(rooms, form))
      return { goTo: `/accounts/${account.id}/lend?done=lent` }
    } catch (thrown) {
      const error = mendable(thrown)
      return { ...(await page(account, csrf, errorNote(error))), status: error.status }
    }
  })

  takeForm(app, rooms, '/grants/:id/revoke', {}, async ({ principal, params }) => {
    const grant = await loadGrant(rooms, principal, params.id ?? '')
    await takeBack(rooms, principal, grant)
    return { goTo: `/accounts/${grant.accountId}/lend?done=taken-back` }
  })

  async function page(account: Account, csrf: string, note: Content): Promise<Page> {
    const names = await ownerNames(rooms)
    const grants = rooms.grants.list({ accountId: account.id })
    return {
      title: `Lend ${account.name}`,
      place: 'accounts',
      body: html`<h1>Lend <bdi>${account.name}</bdi></h1>
<p class="lead">Somebody else uses the account without ever seeing its password. What they do at the site, they do in your name; you are told of it. You can take it back at any time.</p>
${note}
<section class="card"><h2>Lent to</h2>${grants.length === 0 ? html`<p>Nobody.</p>` : table(grants, csrf, names, rooms.now())}</section>
${lendForm(account, csrf)}
<p><a href="/accounts/${account.id}">Back to the account</a></p>`,
    }
  }
}

function table(grants: readonly Grant[], csrf: string, names: (id: string) => string, now: number): Html {
  return html`<table><thead><tr><th scope="col">To</th><th scope="col">On these terms</th><th scope="col">Since</th><th scope="col"><span class="visually-hidden">Take back</span></th></tr></thead><tbody>
${[...grants].reverse().map((grant) => {
  const words = termWords(grant, names)
  return html`<tr><td><bdi>${grant.to.kind} ${grant.to.name}</bdi></td><td data-label="Terms">${words.length === 0 ? 'none' : joined(words)}</td><td data-label="Since">${moment(grant.createdAt)}</td>
<td class="end">${standing(grant, csrf, now)}</td></tr>`
})}</tbody></table>`
}

function standing({ id, revokedAt, unwritten, until }: Grant, csrf: string, now: number): Html {
  if (unwritten === true) return html`taken back, but that could not be written down ${action(`/grants/${id}/revoke`, 'Take back once more', csrf, 'danger')}`
  if (revokedAt !== undefined) return html`taken back ${moment(revokedAt)}`
  if (until !== undefined && now >= until) return html`over`
  return action(`/grants/${id}/revoke`, 'Take back', csrf, 'danger')
}
