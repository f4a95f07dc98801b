import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { RelayError } from '../../../errors.ts'
import { setCookie } from '../../caller/portal-cookie.ts'
import type { Rooms } from '../../rooms.ts'
import { assignErrorHeaders } from '../../web/respond-error.ts'
import { type Content, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { errorNote, mendable } from '../notes.ts'
import { type PageCall, showPage, takeForm } from '../page-route.ts'

const path = '/security/password'
const typed = z.string().max(10_000)

/** Another password for oneself at the relay. */
export function passwordPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, { path, fresh: true }, (call) => ask(call))

  takeForm(app, rooms, { path: `${path}/add`, freshFrom: path }, { password: typed, again: typed }, async (call) => {
    const { principal, form } = call
    if (form.password !== form.again) return { ...ask(call, notTwice), status: 422 }
    try {
      await rooms.identity.addPassword({ principal, newPassword: form.password })
      return { goTo: '/security?done=password-added' }
    } catch (thrown) {
      return askAgain(call, mendable(thrown), errorNote)
    }
  })

  takeForm(app, rooms, { path, freshFrom: path }, { current: typed, password: typed, again: typed }, async (call) => {
    const { principal, form, request, reply } = call
    if (form.password !== form.again) return { ...ask(call, notTwice), status: 422 }
    try {
      const token = await rooms.identity.changePassword({ principal, password: form.current, newPassword: form.password, address: request.address })
      setCookie(reply, 'login-relay', token, rooms.secure)
      return { goTo: '/security?done=password-changed' }
    } catch (thrown) {
      return askAgain(call, mendable(thrown), failureNote)
    }
  })
}

function askAgain(call: Pick<PageCall, 'rooms' | 'principal' | 'csrf' | 'reply'>, error: RelayError, note: (error: RelayError) => Content): Page {
  assignErrorHeaders(call.reply, error)
  return { ...ask(call, note(error)), status: error.status }
}

const notTwice = html`<div class="note bad" role="alert"><p><strong>The new password was not typed the same way twice.</strong></p><p>Nothing has changed. Type it again.</p></div>`

function failureNote(error: RelayError): Content {
  if (error.code !== 'unauthenticated') return errorNote(error)
  return html`<div class="note bad" role="alert"><p><strong>That is not your present password.</strong></p><p>Nothing has changed. Try again; the relay waits longer after each wrong try.</p></div>`
}

function ask({ rooms, principal, csrf }: Pick<PageCall, 'rooms' | 'principal' | 'csrf'>, note?: Content): Page {
  const isAnother = rooms.identity.hasPassword(principal.user.id)
  const title = isAnother ? 'Another password' : 'A password'
  const lead = isAnother
    ? 'For this relay. It signs you out everywhere else; your devices and the sites stay as they are.'
    : 'For this relay, beside your passkeys. They stay as they are.'
  return {
    title,
    body: html`<div class="narrow"><h1>${title}</h1><p class="lead">${lead}</p>
${note}
<form class="card" method="post" action="${isAnother ? path : `${path}/add`}">${csrfField(csrf)}<input type="hidden" name="username" value="${principal.user.name}" autocomplete="username" disabled>
${isAnother && html`<div class="field"><label for="current">Your present password</label><input id="current" name="current" type="password" required maxlength="1024" autocomplete="current-password" autofocus></div>`}
<div class="field"><label for="password">${isAnother ? 'The new one' : 'The password'}</label><input id="password" name="password" type="password" required minlength="8" maxlength="1024" autocomplete="new-password" aria-describedby="password-hint"><small id="password-hint">Eight characters at least; fifteen or more are better: a few words that nobody would put together. Anything goes, except what many people choose.</small></div>
<div class="field"><label for="again">The same again</label><input id="again" name="again" type="password" required maxlength="1024" autocomplete="new-password"></div>
<div class="actions"><button class="main">${isAnother ? 'Change it' : 'Add it'}</button><a class="button" href="/security">Not now</a></div></form></div>`,
  }
}
