import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { RelayError } from '../../../errors.ts'
import { cameFrom } from '../../caller/came-from.ts'
import { setCookie } from '../../caller/portal-cookie.ts'
import type { Rooms } from '../../rooms.ts'
import { passkeyAdvice, passkeyPlace } from '../../security/passkey-place.ts'
import { assignErrorHeaders } from '../../web/respond-error.ts'
import { returnAddress } from '../../web/return-address.ts'
import { type Content, html } from '../html.ts'
import { csrfField, type Page } from '../layout.ts'
import { errorNote, mendable, prose } from '../notes.ts'
import { type PageCall, showPage, takeForm } from '../page-route.ts'
import { passkeyForm } from '../passkey-form.ts'

const fields = { next: z.string().max(2000), password: z.string().max(1024), code: z.string().max(200).default('') }

/** Asks who is signed in to prove it again, before what a stolen session must not do; then goes back to it. */
export function verifyPage(app: FastifyInstance, rooms: Rooms): void {
  showPage(app, rooms, '/verify', (call) => ask(call, returnAddress(call.query.next)))

  takeForm(app, rooms, '/verify', fields, async (call) => {
    const { principal, form, request, reply } = call
    const next = returnAddress(form.next)
    try {
      const { address } = cameFrom(request)
      const token = await rooms.identity.verifyAgain({ principal, password: form.password, code: form.code, address })
      setCookie(reply, 'login-relay', token, rooms.secure)
      return { goTo: next }
    } catch (thrown) {
      const error = mendable(thrown)
      assignErrorHeaders(reply, error)
      return { ...(await ask(call, next, failureNote(error))), status: error.status }
    }
  })

  async function ask({ principal, csrf, request }: Pick<PageCall, 'principal' | 'csrf' | 'request'>, next: string, note?: Content): Promise<Page> {
    const host = passkeyPlace(rooms, request.headers.host)?.host
    const hasPasskey = (await rooms.passkeys.list(principal.user.id)).some((passkey) => passkey.host === host)
    const hasPassword = rooms.identity.hasPassword(principal.user.id)
    const asksCode = (await rooms.secondFactors.of(principal.user.id)) !== undefined
    return {
      title: 'Is it you?',
      ...(hasPasskey ? { passkeys: true } : {}),
      body: html`<div class="narrow"><h1>Is it you?</h1><p class="lead">What you are about to do could let others in, so the relay asks ${hasPassword ? 'for your password' : 'you'} again. For five minutes after that it does not.</p>
${note}
${!hasPassword && !hasPasskey && html`<div class="note warn"><p><strong>None of your passkeys works at this address.</strong> ${prose(passkeyAdvice(rooms))}</p></div>`}
${
  hasPassword &&
  html`<form class="card" method="post" action="/verify">${csrfField(csrf)}<input type="hidden" name="next" value="${next}"><input type="hidden" name="username" value="${principal.user.name}" autocomplete="username" disabled>
<div class="field"><label for="password">Your password at this relay</label><input id="password" name="password" type="password" required maxlength="1024" autocomplete="current-password" autofocus></div>
${asksCode && html`<div class="field"><label for="code">Code from the app, or a recovery code</label><input class="answer" id="code" name="code" required maxlength="200" autocomplete="one-time-code" autocapitalize="none" spellcheck="false"></div>`}
<div class="actions"><button class="main">Go on</button><a class="button" href="/">Not now</a></div></form>`
}
${hasPasskey && passkeyForm({ kind: 'get', action: '/verify/passkey', options: '/verify/passkey', csrf, button: 'Use a passkey', card: true, fields: html`<input type="hidden" name="next" value="${next}">` })}${!hasPassword && html`<p><a class="button" href="/">Not now</a></p>`}</div>`,
    }
  }
}

function failureNote(error: RelayError): Content {
  if (error.code !== 'unauthenticated') return errorNote(error)
  return html`<div class="note bad" role="alert"><p><strong>That does not fit.</strong></p><p>Try again; a code of the app is good once, and the relay waits longer after each wrong try.</p></div>`
}
