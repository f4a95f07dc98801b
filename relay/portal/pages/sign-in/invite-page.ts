import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { asRelayError, RelayError } from '../../../errors.ts'
import type { Invite, PasskeyUse } from '../../../identity/index.ts'
import { browserName } from '../../caller/browser-name.ts'
import { cameFrom } from '../../caller/came-from.ts'
import { setCookie } from '../../caller/portal-cookie.ts'
import { assignFormCookie, checkSignInForm, formBrowser, welcome } from '../../caller/sign-in-form.ts'
import type { Rooms } from '../../rooms.ts'
import { passkeyAdvice, passkeyPlace } from '../../security/passkey-place.ts'
import { assignErrorHeaders } from '../../web/respond-error.ts'
import type { Content } from '../html.ts'
import { errorNote } from '../notes.ts'
import { readForm, respondGoTo, respondPage } from '../page-route.ts'
import { readResponse } from '../passkey-form.ts'
import { inviteView } from './invite-view.ts'

interface Asked {
  readonly Params: { readonly token: string }
}

const typedName = z.string().max(200).optional()
const inviteForm = z.strictObject({ csrf: z.string(), name: typedName, password: z.string().max(1024), again: z.string().max(1024) })
const passkeyInviteForm = z.strictObject({ csrf: z.string(), name: typedName, response: z.string().max(20_000) })

/** Where people go once they are in, by what their link was for. */
const after: Readonly<Record<Invite['kind'], string>> = {
  first: '/set-up?done=first-person',
  person: '/security?done=invited',
  reset: '/security?done=password-changed',
}

/**
 * Where an invitation leads, a link for another way to sign in, or the link of the first run. Opening it spends nothing (mail scanners and link
 * previews open links). With the password that the person sends he is signed in, as far as a password does that; the passkey that he makes
 * is what he signs in with next, so that he knows it works.
 */
export function invitePage(app: FastifyInstance, rooms: Rooms): void {
  const { invites, passkeys, identity } = rooms

  app.get<Asked>('/invite/:token', (request, reply) => show(request, reply))

  app.post<Asked>('/invite/:token', async (request, reply) => {
    checkSignInForm(rooms, request)
    const { name: typed, password, again } = readForm(inviteForm, request.body)
    return orSayWhy(request, reply, async () => {
      if (password !== again) throw new RelayError('bad_request', { params: { problem: 'the two passwords differ' } })
      const { kind } = await loadInvite(request)
      const { name } = await invites.redeem(request.params.token, { name: typed, by: { password } })
      const answer = await signIn(request, name, password)
      // The link has done what it is for: what keeps him from signing in here and now is said where he signs in.
      if (answer === undefined) return respondGoTo(reply, `/sign-in?done=${kind === 'reset' ? 'password-changed' : 'password-chosen'}`)
      if (!('half' in answer)) {
        await welcome(rooms, request, reply, answer)
        return respondGoTo(reply, after[kind])
      }
      setCookie(reply, 'login-relay-half', answer.half, rooms.secure)
      return respondGoTo(reply, `/sign-in/${identity.halfSignIn(answer.half)?.owes === 'code' ? 'code' : 'set-up'}?next=%2Fsecurity`)
    })
  })

  /** For `navigator.credentials.create`. */
  app.get<Asked & { readonly Querystring: { readonly name?: unknown } }>('/invite/:token/passkey', async (request) => {
    const invite = await loadInvite(request)
    if (!(await invites.takesPasskey(invite))) throw new RelayError('passkey_refused')
    const typed = String(request.query.name ?? '').trim()
    // What the device lists it by; the name that counts is checked when it is sent.
    const name = invite.kind === 'first' ? [...typed].slice(0, 64).join('').toWellFormed() || 'me' : invite.name
    return passkeys.creationOptions({ id: invite.userId, name }, useOf(request, invite))
  })

  app.post<Asked>('/invite/:token/passkey', async (request, reply) => {
    checkSignInForm(rooms, request)
    const { name: typed, response } = readForm(passkeyInviteForm, request.body)
    return orSayWhy(request, reply, async () => {
      const invite = await loadInvite(request)
      const name = browserName(cameFrom(request).agent)
      const passkey = await passkeys.verifyNew({ ...useOf(request, invite), name: [...name].slice(0, 60).join(''), response: readResponse(response) })
      await invites.redeem(request.params.token, { name: typed, by: { passkey } })
      return respondGoTo(reply, `/sign-in?done=passkey-made&next=${encodeURIComponent(invite.kind === 'first' ? after.first : '/security')}`)
    })
  })

  async function signIn(request: FastifyRequest, name: string, password: string) {
    try {
      return await identity.signIn({ name, password, ...cameFrom(request) })
    } catch (thrown) {
      const error = asRelayError(thrown)
      if (error.status >= 500) rooms.log.error({ err: thrown }, 'who came by a link could not be signed in')
      return undefined
    }
  }

  async function loadInvite(request: FastifyRequest<Asked>): Promise<Invite> {
    const invite = await invites.lookup(request.params.token)
    if (invite === undefined) throw new RelayError('invite_invalid')
    return invite
  }

  /** Bound to the link and to the browser that has opened it. */
  function useOf(request: FastifyRequest, { id }: Invite): PasskeyUse {
    const place = passkeyPlace(rooms, request.headers.host)
    if (place === undefined) throw new RelayError('passkey_refused')
    return { place, purpose: `invite ${id} ${formBrowser(rooms, request)}` }
  }

  /** What can be mended is said on the page; the link is good still. */
  async function orSayWhy(request: FastifyRequest<Asked>, reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
    try {
      return await work()
    } catch (thrown) {
      const error = asRelayError(thrown)
      if (error.status >= 500 || error.code === 'invite_invalid') throw error
      assignErrorHeaders(reply, error)
      return show(request, reply, errorNote(error), error.status)
    }
  }

  async function show(request: FastifyRequest<Asked>, reply: FastifyReply, note?: Content, status = 200): Promise<FastifyReply> {
    const invite = await loadInvite(request)
    const isOffered = await invites.takesPasskey(invite)
    const takesPasskey = isOffered && passkeyPlace(rooms, request.headers.host) !== undefined
    const advice = isOffered && !takesPasskey ? passkeyAdvice(rooms) : undefined
    const takesPassword = invite.kind !== 'reset' || (await identity.takesPassword(invite.userId))
    const csrf = assignFormCookie(rooms, request, reply)
    const typed = (request.body as { readonly name?: unknown } | undefined)?.name
    const path = `/invite/${request.params.token}`
    const body = inviteView({ invite, path, csrf, takesPasskey, advice, takesPassword, note, typed: typeof typed === 'string' ? typed : '' })
    return respondPage(reply, { title: 'Welcome', body, status, ...(takesPasskey ? { passkeys: true } : {}) }, undefined)
  }
}
