import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Account } from '../../../accounts/index.ts'
import type { GivenCopy } from '../../../sessions/index.ts'
import { checkAccount } from '../../access.ts'
import { endCopies, holderIn, setCopyRule } from '../../accounts/copy-rule.ts'
import type { PortalPrincipal } from '../../caller/identify.ts'
import { ownerNames } from '../../lending/owner-names.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { moment } from '../moment.ts'
import { doneNote } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'

/** Who was given cookies of a person's sessions; whose sessions devices may keep for when no relay can be reached; and ending that. */
export function copiesPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/copies', async ({ principal, csrf, query }) => {
    const accounts = rooms.accounts.listAccounts({ owner: principal.user.id })
    return {
      title: 'Copies of sessions',
      place: 'devices',
      body: html`<h1>Copies of sessions</h1>
<p class="lead">A copy holds the site’s real cookies: they stay good until the site ends the session, wherever somebody has taken them. A tool that claimed a link has one, a browser at a site that hands its cookies out, and a device that keeps one by <code>login-relay connect</code> for the time when no relay can be reached.</p>
${doneNote(query)}
<section class="card" id="given"><h2>Copies that were given</h2>${await given(principal, accounts, csrf)}</section>
<section class="card"><h2>Whose sessions may be kept</h2>${accounts.length === 0 ? html`<p>You have no account yet.</p>` : rules(accounts, csrf)}</section>
<p><a href="/devices">Devices</a></p>`,
    }
  })

  takeForm(app, rooms, { path: '/accounts/:id/copies', freshFrom: '/copies' }, { allowed: z.enum(['yes', 'attached', 'no']) }, async (call) => {
    const { principal, params, form } = call
    const account = await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' })
    await setCopyRule(rooms, account, form.allowed !== 'no', form.allowed === 'attached')
    return { goTo: `/copies?done=${form.allowed === 'no' ? 'copies-stopped' : 'copies-allowed'}` }
  })

  takeForm(app, rooms, '/accounts/:id/copies/end', {}, async ({ principal, params }) => {
    const isWhole = await endCopies(rooms, await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' }))
    return { goTo: `/copies?done=${isWhole ? 'copies-ended' : 'copies-linger'}` }
  })

  async function given({ user }: PortalPrincipal, accounts: readonly Account[], csrf: string): Promise<Html> {
    const own = new Map(accounts.map((account) => [account.id, account]))
    const copies = rooms.sessions.copies.list().filter(({ accountId }) => own.has(accountId))
    if (copies.length === 0) return html`<p>None that is good at its site.</p>`
    const nameOf = await ownerNames(rooms)
    const whose = (holder: string | undefined, device: string | undefined): Html => {
      if (holder === undefined) return html`who runs the relay, on its own machine`
      if (device === undefined) return html`<bdi>${nameOf(holder)}</bdi>, signed in to the portal`
      return holder === user.id ? html`<bdi>${device}</bdi>` : html`<bdi>${device}</bdi> of <bdi>${nameOf(holder)}</bdi>`
    }
    const devices = new Map((await rooms.identity.listDevices(user.id)).map((device) => [device.id, device]))
    return html`<table><thead><tr><th scope="col">Account</th><th scope="col">Who has it</th><th scope="col">How</th><th scope="col">Given</th><th scope="col">Last seen</th><th scope="col"><span class="visually-hidden">End</span></th></tr></thead><tbody>
${copies.map((copy) => {
  const { accountId, way, deviceId = '', deviceName, at, lingering } = copy
  const holder = holderIn(copy, user.id)
  const device = devices.get(deviceId)
  const isRevoked = deviceName !== undefined && device === undefined && holder === user.id
  return html`<tr><td><a href="/accounts/${accountId}"><bdi>${own.get(accountId)?.name}</bdi></a></td><td data-label="Who has it">${whose(holder, deviceName)}${isRevoked && html` <span class="state bad">revoked</span>`}</td>
<td data-label="How">${ways[way]}</td><td data-label="Given">${moment(at)}${lingering && lingers(lingering)}</td><td data-label="Last seen">${device?.lastSeenAt === undefined ? (deviceName === undefined || holder !== user.id ? '–' : 'never') : moment(device.lastSeenAt)}</td><td class="end">${action(`/accounts/${accountId}/copies/end`, 'End', csrf, 'danger')}</td></tr>`
})}</tbody></table>
<p><small>To end one ends its session at the site, so that every copy of it is worth nothing, and no device keeps one of that account from then on. A link that is claimed later gives cookies of the next session. Where the site does not end it, the copy stays in this list and the site is told again, now and then; or at once, by the same button, and the count begins anew.</small></p>`
  }

  function lingers({ since, tries, nextTryAt }: NonNullable<GivenCopy['lingering']>): Html {
    return html`<br><span class="state bad">good at the site still</span> <small>ended here ${moment(since)}; the site was told ${tries === 1 ? 'once' : `${tries} times`}${
      nextTryAt === undefined ? ', and is not told again by itself' : html`, next ${moment(nextTryAt)}`
    }</small>`
  }

  function rules(accounts: readonly Account[], csrf: string): Html {
    return html`<table><thead><tr><th scope="col">Account</th><th scope="col">Copies</th><th scope="col"><span class="visually-hidden">Change</span></th></tr></thead><tbody>
${accounts.map((account) => html`<tr><td><a href="/accounts/${account.id}"><bdi>${account.name}</bdi></a></td><td data-label="Copies">${account.copies === undefined ? 'none' : account.copies.attached ? 'may be kept, though the site keeps its cookies in the relay else' : 'may be kept'}</td><td class="end">${ruleForm(account, csrf)}</td></tr>`)}</tbody></table>
<p><small>Only your own devices keep copies so, by their certificate; paired terminals and whoever borrows the account do not.</small></p>`
  }

  function ruleForm({ id, siteId, copies }: Account, csrf: string): Html {
    if (copies !== undefined) return button(id, 'no', 'No longer', csrf)
    return rooms.accounts.site(siteId)?.delivery === 'attach' ? button(id, 'attached', 'Let cookies out, and allow', csrf) : button(id, 'yes', 'Allow', csrf)
  }
}

const ways: Readonly<Record<GivenCopy['way'], string>> = {
  kept: 'kept for when no relay can be reached',
  claimed: 'claimed by a link',
  browser: 'given to a browser at the site',
}

function button(id: string, allowed: 'yes' | 'attached' | 'no', text: string, csrf: string): Html {
  return html`<form method="post" action="/accounts/${id}/copies">${csrfField(csrf)}<input type="hidden" name="allowed" value="${allowed}"><button>${text}</button></form>`
}
