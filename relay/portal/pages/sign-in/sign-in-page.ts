import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { RelayError } from '../../../errors.ts'
import { cameFrom } from '../../caller/came-from.ts'
import { loadPortalPrincipal } from '../../caller/identify.ts'
import { clearCookie, setCookie } from '../../caller/portal-cookie.ts'
import { assignFormCookie, checkSignInForm, sentTwiceBy, welcome } from '../../caller/sign-in-form.ts'
import type { Rooms } from '../../rooms.ts'
import { passkeyAdvice, passkeyPlace } from '../../security/passkey-place.ts'
import { addressHere } from '../../web/address-here.ts'
import { assignErrorHeaders } from '../../web/respond-error.ts'
import { returnAddress } from '../../web/return-address.ts'
import { type Content, type Html, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { doneNote, errorNote, mendable, prose } from '../notes.ts'
import { readForm, respondGoTo, respondPage, takeForm } from '../page-route.ts'
import { pairForm } from '../pairing/pair-page.ts'
import { passkeyForm } from '../passkey-form.ts'
import { phraseNote } from './phrase-note.ts'

const signInForm = z.strictObject({ csrf: z.string(), next: z.string().max(2000), name: z.string().max(200), password: z.string().max(1024) })

export function signInPage(app: FastifyInstance, rooms: Rooms): void {
  app.get<{ Querystring: Record<string, string> }>('/sign-in', async (request, reply) => {
    const next = returnAddress(request.query.next)
    if ((await loadPortalPrincipal(rooms, request)) !== undefined) return respondGoTo(reply, next)
    return showSignIn(rooms, reply, request, { next, note: doneNote(request.query), byPasskey: request.query.done === 'passkey-made' })
  })

  app.post('/sign-in', async (request, reply) => {
    const begun = await sentTwice(rooms, request)
    if (begun !== undefined) return respondGoTo(reply, begun)
    checkSignInForm(rooms, request)
    const { name, password, next } = readForm(signInForm, request.body)
    try {
      const answer = await rooms.identity.signIn({ name, password, ...cameFrom(request) })
      if ('half' in answer) {
        setCookie(reply, 'login-relay-half', answer.half, rooms.secure)
        const page = rooms.identity.halfSignIn(answer.half)?.owes === 'set-up' ? 'set-up' : 'code'
        return respondGoTo(reply, `/sign-in/${page}?next=${encodeURIComponent(returnAddress(next))}`)
      }
      await welcome(rooms, request, reply, answer)
      return respondGoTo(reply, returnAddress(next))
    } catch (thrown) {
      const error = mendable(thrown)
      assignErrorHeaders(reply, error)
      return showSignIn(rooms, reply, request, { next: returnAddress(next), name, note: failureNote(error), status: error.status })
    }
  })

  takeForm(app, rooms, '/sign-out', {}, async ({ principal, reply }) => {
    await rooms.identity.endPortalSession(principal.session.id)
    rooms.streams.end(principal.session.id)
    clearCookie(reply, 'login-relay', rooms.secure)
    return { goTo: '/sign-in?done=signed-out' }
  })
}

export interface SignInView {
  /** Where to go afterwards; a return address. */
  readonly next: string
  readonly lead?: string
  readonly name?: string
  readonly note?: Content
  readonly status?: number
  /** He has just made one: it comes first. */
  readonly byPasskey?: boolean
}

export async function showSignIn(rooms: Rooms, reply: FastifyReply, request: FastifyRequest, view: SignInView): Promise<FastifyReply> {
  const { next, name = '', note, status = 200, byPasskey = false, lead = 'The relay signs in to your sites for you. Sign in to the relay itself here.' } = view
  const csrf = assignFormCookie(rooms, request, reply)
  const hasPasskeys = passkeyPlace(rooms, request.headers.host) !== undefined
  const nobodyYet = (await rooms.identity.listUsers()).length === 0
  const body = html`<div class="narrow"><h1>Sign in</h1><p class="lead">${lead}</p>
${await phraseNote(rooms, request)}
${note}
${nobodyYet && html`<div class="note warn"><p><strong>Nobody can sign in yet.</strong></p><p>Open the link that <code>login-relay serve</code> printed when it started: whoever opens it becomes the first person. Start the relay again for another.</p></div>`}
${hasPasskeys && byPasskey && passkeySignInForm(csrf, next, 'main')}
<form class="card" method="post" action="/sign-in">${csrfField(csrf)}<input type="hidden" name="next" value="${next}">
<div class="field"><label for="name">Your name at this relay</label><input id="name" name="name" value="${name}" required maxlength="200" autocomplete="username" autocapitalize="none" spellcheck="false"></div>
<div class="field"><label for="password">Your password at this relay</label><input id="password" name="password" type="password" required maxlength="1024" autocomplete="current-password"></div>
<button class="main">Sign in</button></form>
${hasPasskeys ? !byPasskey && passkeySignInForm(csrf, next) : html`<p class="quiet">Passkeys do not work at this address. ${prose(passkeyAdvice(rooms))}</p>`}
<section class="card"><p>Not your own computer? Type nothing here.</p><div class="actions">${pairForm(csrf, 'Use your phone instead')}</div></section>
<p class="quiet">Sign in only while your browser’s address bar begins with <code>${addressHere(rooms, request)}/</code>. A page anywhere else is not the relay, whatever it looks like.</p>
<p class="quiet">Each sign-in here, and each use of your accounts, leaves you a notice. No notice, then it was not the relay: change the password that you typed there.</p>
<p class="quiet">If you have chosen a phrase for this browser, it stands above. It does not after a link from elsewhere: then type the address yourself.</p></div>`
  return respondPage(reply, { title: 'Sign in', body, status, ...(hasPasskeys ? { passkeys: true } : {}) }, undefined)
}

/** Where he was going, where the button was pressed twice: he whose name stands in the form is signed in already. */
async function sentTwice(rooms: Rooms, request: FastifyRequest): Promise<string | undefined> {
  const principal = await sentTwiceBy(rooms, request)
  const form = signInForm.safeParse(request.body)
  if (principal === undefined || !form.success) return undefined
  const named = await rooms.identity.findUser(form.data.name)
  return named?.id === principal.user.id ? returnAddress(form.data.next) : undefined
}

function passkeySignInForm(csrf: string, next: string, look = ''): Html {
  const fields = html`<input type="hidden" name="next" value="${next}">`
  return passkeyForm({ kind: 'get', action: '/sign-in/passkey', options: '/sign-in/passkey', csrf, button: 'Sign in with a passkey', look, card: true, fields })
}

function failureNote(error: RelayError): Content {
  if (error.code !== 'unauthenticated') return errorNote(error)
  return html`<div class="note bad" role="alert"><p><strong>The name or the password is wrong.</strong></p><p>Try again; the relay waits longer after each wrong try.</p></div>`
}
