import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { isOperator } from '../../access.ts'
import { secretsOf } from '../../accounts/secrets-of.ts'
import type { Rooms } from '../../rooms.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { doneNote, errorNote, mendable } from '../notes.ts'
import { type PageCall, showPage, takeForm } from '../page-route.ts'

const fields = {
  site: z.string().min(1).max(200),
  username: z.string().min(1).max(500),
  password: z.string().min(1).max(4096),
  totp: z.string().max(4096).optional(),
  name: z.string().max(200),
}

interface Given {
  readonly site?: string | undefined
  readonly username?: string
  readonly name?: string
}

/** Tells the relay a user name and password at an enrolled site. */
export function addAccountPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, { path: '/accounts/new', fresh: true }, ({ principal, csrf, query }) =>
    form(rooms, principal, csrf, { site: query.site }, doneNote(query)),
  )

  takeForm(app, rooms, { path: '/accounts/new', freshFrom: '/accounts/new' }, fields, async ({ principal, csrf, form: given }) => {
    const { site, username, password, totp, name } = given
    try {
      const account = await rooms.accounts.addAccount({
        owner: principal.user.id,
        siteId: site,
        username,
        secrets: secretsOf({ password, totp: totp?.trim() || undefined }),
        ...(name.trim() === '' ? {} : { name: name.trim() }),
      })
      return { goTo: `/accounts/${account.id}?done=account-added` }
    } catch (thrown) {
      const error = mendable(thrown)
      return { ...(await form(rooms, principal, csrf, { site, username, name }, errorNote(error))), status: error.status }
    }
  })
}

async function form(rooms: Rooms, principal: PageCall['principal'], csrf: string, given: Given, note: Content): Promise<Page> {
  const sites = await rooms.accounts.listSites()
  return {
    title: 'Add an account',
    place: 'accounts',
    body: html`<div class="narrow"><h1>Add an account</h1>
<p class="lead">The relay keeps the password sealed and uses it only to sign in at this site. Nobody can look at it afterwards, you neither.</p>
${note}
${sites.length === 0 ? noSites(isOperator(principal)) : accountForm(sites, csrf, given, isOperator(principal))}</div>`,
  }
}

function accountForm(
  sites: Awaited<ReturnType<Rooms['accounts']['listSites']>>,
  csrf: string,
  { site: chosen, username = '', name = '' }: Given,
  operator: boolean,
): Html {
  return html`<form class="card" method="post" action="/accounts/new">${csrfField(csrf)}
<div class="field"><label for="site">Site</label><select id="site" name="site" required>
${sites.map(({ id, origins }) => html`<option value="${id}"${id === chosen && html` selected`}>${id} – ${origins[0]}</option>`)}</select>
${operator ? html`<small>Not in the list? <a href="/sites/new">Enrol a new site</a>.</small>` : html`<small>Not in the list? The person who runs this relay can enrol it.</small>`}</div>
<div class="field"><label for="username">User name at the site</label><input id="username" name="username" value="${username}" required maxlength="500" autocomplete="off" autocapitalize="none" spellcheck="false"></div>
<div class="field"><label for="password">Password at the site</label><input id="password" name="password" type="password" required maxlength="4096" autocomplete="off"></div>
<div class="field"><label for="totp">Key of the authenticator app <span class="quiet">(optional)</span></label><input id="totp" name="totp" type="password" maxlength="4096" autocomplete="off" spellcheck="false"><small>Where the site asks for a code: the key it shows beside the QR code, or the otpauth:// address in it.</small></div>
<div class="field"><label for="name">Name of the account here <span class="quiet">(optional)</span></label><input id="name" name="name" value="${name}" maxlength="200" autocomplete="off"><small>To tell several accounts at one site apart. Without it, the site's name.</small></div>
<button class="main">Add the account</button></form>`
}

function noSites(operator: boolean): Html {
  return html`<div class="card"><h2>No site is enrolled yet</h2>${
    operator
      ? html`<p>First tell the relay which site it is. It looks at the login page and sends nothing there.</p><p><a class="button main" href="/sites/new">Enrol a site</a></p>`
      : html`<p>Ask the person who runs this relay to enrol the site, then come back.</p>`
  }</div>`
}
