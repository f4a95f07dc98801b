import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Account } from '../../../accounts/index.ts'
import { checkAccount } from '../../access.ts'
import type { Rooms } from '../../rooms.ts'
import { type Content, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { errorNote, mendable } from '../notes.ts'
import { showPage, takeForm } from '../page-route.ts'

const fields = { username: z.string().min(1).max(500), password: z.string().min(1).max(4096) }

/** Gives an account another credential; what needed attention is attended to. */
export function replacePasswordPage(app: FastifyInstance, rooms: Rooms): void {
  const path = '/accounts/:id/password'
  showPage(app, rooms, { path, fresh: true }, async ({ principal, csrf, params }) =>
    form(await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' }), csrf),
  )

  takeForm(app, rooms, { path, freshFrom: '/' }, fields, async ({ principal, csrf, params, form: { username, password } }) => {
    const account = await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' })
    try {
      const { owner, siteId, name } = account
      await rooms.accounts.addAccount({ owner, siteId, name, username, secrets: { password }, replace: true })
      return { goTo: `/accounts/${account.id}?done=password-replaced` }
    } catch (thrown) {
      const error = mendable(thrown)
      return { ...form({ ...account, username }, csrf, errorNote(error)), status: error.status }
    }
  })
}

function form({ id, name, username }: Account, csrf: string, note?: Content): Page {
  return {
    title: 'Replace the password',
    place: 'accounts',
    body: html`<div class="narrow"><h1>Replace the password of <bdi>${name}</bdi></h1>
<p class="lead">This changes what the relay knows, not the password at the site. A live session of the account is ended.</p>
${note}
<form class="card" method="post" action="/accounts/${id}/password">${csrfField(csrf)}
<div class="field"><label for="username">User name at the site</label><input id="username" name="username" value="${username}" required maxlength="500" autocomplete="off" autocapitalize="none" spellcheck="false"></div>
<div class="field"><label for="password">Password at the site</label><input id="password" name="password" type="password" required maxlength="4096" autocomplete="off"></div>
<div class="actions"><button class="main">Store it</button><a class="button" href="/accounts/${id}">Cancel</a></div></form></div>`,
  }
}
