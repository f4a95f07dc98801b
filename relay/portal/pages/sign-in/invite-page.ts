import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { asRelayError, RelayError } from '../../../errors.ts'
import { cameFrom } from '../../caller/came-from.ts'
import { setCookie } from '../../caller/portal-cookie.ts'
import type { Rooms } from '../../rooms.ts'
import { assignErrorHeaders } from '../../web/respond-error.ts'
import { type Content, html } from '../html.ts'
import { csrfField } from '../layout.ts'
import { errorNote } from '../notes.ts'
import { readForm, respondGoTo, respondPage } from '../page-route.ts'
import { assignFormCookie, checkSignInForm, welcome } from './sign-in-form.ts'

interface Asked {
  readonly Params: { readonly token: string }
}

const inviteForm = z.strictObject({ csrf: z.string(), password: z.string().max(1024), again: z.string().max(1024) })

/**
 * Where an invitation leads, or a link for another password. Opening it spends nothing (mail scanners and link previews open links); with the
 * password that the person sends he is signed in, as far as a password does that.
 */
export function invitePage(app: FastifyInstance, rooms: Rooms): void {
  app.get<Asked>('/invite/:token', (request, reply) => show(request, reply))

  app.post<Asked>('/invite/:token', async (request, reply) => {
    checkSignInForm(rooms, request)
    const { password, again } = readForm(inviteForm, request.body)
    try {
      if (password !== again) throw new RelayError('bad_request', { params: { problem: 'the two passwords differ' } })
      const isReset = (await rooms.invites.lookup(request.params.token))?.userId !== undefined
      const { name } = await rooms.invites.redeem(request.params.token, password)
      const answer = await rooms.identity.signIn({ name, password, ...cameFrom(request) })
      if (!('half' in answer)) {
        await welcome(rooms, request, reply, answer)
        return respondGoTo(reply, isReset ? '/security?done=password-changed' : '/security?done=invited')
      }
      setCookie(reply, 'login-relay-half', answer.half, rooms.secure)
      return respondGoTo(reply, `/sign-in/${rooms.identity.halfSignIn(answer.half)?.owes === 'code' ? 'code' : 'set-up'}?next=%2Fsecurity`)
    } catch (thrown) {
      const error = asRelayError(thrown)
      if (error.status >= 500 || error.code === 'invite_invalid') throw error
      assignErrorHeaders(reply, error)
      return show(request, reply, errorNote(error), error.status)
    }
  })

  async function show(request: FastifyRequest<Asked>, reply: FastifyReply, note?: Content, status = 200): Promise<FastifyReply> {
    const invite = await rooms.invites.lookup(request.params.token)
    if (invite === undefined) throw new RelayError('invite_invalid')
    const csrf = assignFormCookie(rooms, request, reply)
    const isNew = invite.userId === undefined
    const lead = isNew
      ? 'You are invited to this relay: it signs in to your sites for you. Choose the password by which you sign in to the relay itself.'
      : 'Choose another password for this relay. You are signed out everywhere else then; an authenticator app is asked for as ever.'
    const body = html`<div class="narrow"><h1>Welcome${isNew ? '' : ' back'}, <bdi>${invite.name}</bdi></h1>
<p class="lead">${lead}</p>
${note}
<form class="card" method="post" action="/invite/${request.params.token}">${csrfField(csrf)}
<div class="field"><label for="name">Your name at this relay</label><input id="name" value="${invite.name}" readonly autocomplete="username"></div>
<div class="field"><label for="password">A password</label><input id="password" name="password" type="password" required minlength="8" maxlength="1024" autocomplete="new-password"></div>
<div class="field"><label for="again">The same once more</label><input id="again" name="again" type="password" required minlength="8" maxlength="1024" autocomplete="new-password"></div>
<button class="main">${isNew ? 'Begin' : 'Change it'}</button></form>
${isNew && html`<p class="quiet">On the next page you can add a passkey, and sign in by that from then on.</p>`}</div>`
    return respondPage(reply, { title: 'Welcome', body, status }, undefined)
  }
}
