import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Account, CredentialVersion, RotationPolicy } from '../../../accounts/index.ts'
import { asRelayError } from '../../../errors.ts'
import type { PageSignIn } from '../../../sessions/index.ts'
import { checkAccount } from '../../access.ts'
import type { Rooms } from '../../rooms.ts'
import { action } from '../account-actions.ts'
import { checkbox } from '../checkbox.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { moment } from '../moment.ts'
import { doneNote, errorNote } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'

/** How long a page waits for a change of the password before it shows the account's page, where its steps go on. Milliseconds. */
const patience = 300

/** The life of an account's password: set a new one at the site, when by itself, go back to one before. */
export function credentialPage(app: FastifyInstance, rooms: Rooms): void {
  const path = '/accounts/:id/credential'
  const known = (principal: Parameters<typeof checkAccount>[1], id = '') => checkAccount(rooms, principal, 'manage', { id })

  showPage(app, rooms, path, async ({ principal, csrf, params, query }) => page(rooms, await known(principal, params.id), csrf, doneNote(query)))

  takeForm(app, rooms, `${path}/rotate`, {}, async ({ principal, csrf, params }) => {
    const account = await known(principal, params.id)
    const rotating = rooms.sessions.rotate(account.id, { person: true })
    const soon = new Promise<'under way'>((resolve) => setTimeout(resolve, patience, 'under way').unref())
    const refused = await Promise.race([rotating.then(() => undefined), soon]).catch((error: unknown) => asRelayError(error))
    // How it ends is told on the account's own page, step by step.
    rotating.catch(() => {})
    if (refused === undefined || refused === 'under way') return { goTo: `/accounts/${account.id}` }
    return { ...page(rooms, account, csrf, errorNote(refused)), status: refused.status }
  })

  takeForm(app, rooms, `${path}/placeholder`, {}, async ({ principal, csrf, params }) => {
    const account = await checkAccount(rooms, principal, 'keep', { id: params.id ?? '' })
    try {
      return placeholderPage(await rooms.sessions.pageSignIns.begin(account.id, undefined))
    } catch (error) {
      const refused = asRelayError(error)
      return { ...page(rooms, account, csrf, errorNote(refused)), status: refused.status }
    }
  })

  takeForm(app, rooms, `${path}/revert`, { version: z.string().regex(/^\d{1,6}$/) }, async ({ principal, params, form }) => {
    const { id } = await known(principal, params.id)
    await rooms.accounts.revert(id, Number(form.version))
    return { goTo: `/accounts/${id}/credential?done=password-reverted` }
  })

  takeForm(
    app,
    rooms,
    `${path}/rotation`,
    { every: z.string().regex(/^\d{0,4}$/), afterUse: z.literal('on').optional() },
    async ({ principal, params, form }) => {
      const { id } = await known(principal, params.id)
      const everyDays = Number(form.every)
      const policy = { ...(everyDays > 0 ? { everyDays } : {}), ...(form.afterUse === undefined ? {} : ({ afterUse: true } as const)) }
      await rooms.accounts.setRotation(id, Object.keys(policy).length === 0 ? undefined : policy)
      return { goTo: `/accounts/${id}/credential?done=rotation-set` }
    },
  )
}

function page({ accounts, login }: Rooms, account: Account, csrf: string, note?: Content): Page {
  const { id, name, siteId, rotation, pending } = account
  const site = accounts.site(siteId)
  const canChange = site !== undefined && login.canChangePassword(site)
  return {
    title: `Password of ${name}`,
    place: 'accounts',
    body: html`<p><a href="/accounts/${id}">Back to <bdi>${name}</bdi></a></p><h1>Password of <bdi>${name}</bdi></h1>
${note}
${pending?.asked === true && html`<div class="note warn"><p>A change of the password is unfinished since ${moment(pending.since)}: the site may have taken the new one or not. Both are kept, and the next sign-in finds out which works.</p></div>`}
<section class="card"><h2>A new password at the site</h2>
<p>The relay thinks of a random one, sets it at the site, and signs in with it. You never need to know it.</p>
${canChange ? html`<div class="actions">${action(`/accounts/${id}/credential/rotate`, 'Set a new password now', csrf, 'main')}</div>` : html`<p class="quiet">The adapter of this site cannot change passwords. Change it at the site through the proxy: the relay notices.</p>`}</section>
${canChange && policyForm(id, rotation, csrf)}
<section class="card"><h2>Sign in on the site’s own page</h2>
<p>For a page that only a person gets through: you type a placeholder where the password goes, and the relay puts the password in on the way. Your browser must use the relay’s proxy.</p>
<div class="actions">${action(`/accounts/${id}/credential/placeholder`, 'Give me a placeholder', csrf)}</div></section>
<section class="card"><h2>Versions</h2>${versionTable(id, accounts.versions(id), csrf)}
<p class="quiet">Going back changes what the relay sends, not the password at the site.</p></section>`,
  }
}

function placeholderPage({ account, username, placeholder, site, expiresAt }: PageSignIn): Page {
  return {
    title: 'Sign in on the page',
    place: 'accounts',
    body: html`<div class="narrow"><h1>Sign in on the page of <bdi>${account.name}</bdi></h1>
<p class="lead">Type these on the site’s sign-in page. The placeholder is good once, until ${moment(expiresAt)}, and worth nothing anywhere else.</p>
<section class="card"><dl class="facts"><dt>User name</dt><dd><code>${username}</code></dd><dt>Password</dt><dd><code>${placeholder}</code></dd></dl></section>
<div class="actions"><a class="button main" href="${site.loginUrl}" rel="noreferrer">Go to the sign-in page</a><a class="button" href="/accounts/${account.id}">Back to the account</a></div></div>`,
  }
}

function policyForm(id: string, { everyDays, afterUse }: RotationPolicy = {}, csrf: string): Html {
  return html`<form class="card" method="post" action="/accounts/${id}/credential/rotation">${csrfField(csrf)}<h2>By itself</h2>
<div class="field"><label for="every">When it is this many days old</label><input id="every" name="every" inputmode="numeric" pattern="[0-9]*" maxlength="4" value="${everyDays ?? ''}" aria-describedby="every-help"><small id="every-help" class="quiet">Empty: never.</small></div>
${checkbox('afterUse', 'After each session, when it has ended', { id: 'after-use', isChecked: afterUse === true, isField: true })}
<div class="actions"><button>Keep this</button></div></form>`
}

const states: Readonly<Record<CredentialVersion['state'], string>> = {
  present: 'in use',
  pending: 'unfinished',
  previous: 'before',
  unproved: 'never proved to work',
}
const causes: Readonly<Record<CredentialVersion['cause'], string>> = {
  added: 'you gave it',
  replaced: 'you gave it',
  rotated: 'set by the relay',
  changed: 'changed at the site',
  reverted: 'you went back to it',
  registered: 'registered at the site',
}

function versionTable(id: string, versions: readonly CredentialVersion[], csrf: string): Html {
  const row = ({ version, state, cause, storedAt, username }: CredentialVersion) => html`<tr><td data-label="Version">${version}</td>
<td data-label="State">${states[state]}</td><td data-label="Came by">${causes[cause]}</td><td data-label="User name"><bdi>${username}</bdi></td><td data-label="Stored">${moment(storedAt)}</td>
<td class="end">${(state === 'previous' || state === 'unproved') && html`<form method="post" action="/accounts/${id}/credential/revert">${csrfField(csrf)}<input type="hidden" name="version" value="${version}"><button>Go back to it</button></form>`}</td></tr>`
  return html`<table><thead><tr><th scope="col">Version</th><th scope="col">State</th><th scope="col">Came by</th><th scope="col">User name</th><th scope="col">Stored</th><th scope="col"><span class="visually-hidden">Go back</span></th></tr></thead><tbody>
${versions.map(row)}</tbody></table>`
}
