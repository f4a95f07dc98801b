import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { asRelayError } from '../../../errors.ts'
import type { User } from '../../../identity/index.ts'
import { cameFrom } from '../../caller/came-from.ts'
import { readCookie } from '../../caller/portal-cookie.ts'
import { assignFormCookie, checkSignInForm, welcome } from '../../caller/sign-in-form.ts'
import type { Rooms } from '../../rooms.ts'
import { offerAuthenticator } from '../../security/second-factor-offer.ts'
import { assignErrorHeaders } from '../../web/respond-error.ts'
import { returnAddress } from '../../web/return-address.ts'
import { authenticatorSetUp, recoveryCodesPage } from '../authenticator-set-up.ts'
import { type Content, html } from '../html.ts'
import { errorNote } from '../notes.ts'
import { readForm, respondGoTo, respondPage } from '../page-route.ts'

const firstCode = z.strictObject({ csrf: z.string(), next: z.string().max(2000), code: z.string().max(100) })
const tooLate = '/sign-in?done=half-over'
const lead =
  'This relay takes no password alone. Scan this with an authenticator app on your phone, then type the code that it shows: from now on you need both.'

/** Where passwords alone are refused: who has neither app nor passkey sets up an app on the way in. */
export function signInSetUpPage(app: FastifyInstance, rooms: Rooms): void {
  const halfOf = (request: FastifyRequest): { readonly half: string; readonly user: User } | undefined => {
    const half = readCookie(request, 'login-relay-half', rooms.secure)
    const found = half === undefined ? undefined : rooms.identity.halfSignIn(half)
    return half === undefined || found?.owes !== 'set-up' ? undefined : { half, user: found.user }
  }

  const page = (csrf: string, half: string, user: User, next: string, note?: Content) => {
    const offer = rooms.secondFactors.offered(half) ?? offerAuthenticator(rooms, user, half)
    const fields = html`<input type="hidden" name="next" value="${next}">`
    return authenticatorSetUp({ offer, csrf, action: '/sign-in/set-up', back: '/sign-in', lead, fields, ...(note === undefined ? {} : { note }) })
  }

  app.get<{ Querystring: Record<string, string> }>('/sign-in/set-up', async (request, reply) => {
    const { half, user } = halfOf(request) ?? {}
    if (half === undefined || user === undefined) return respondGoTo(reply, tooLate)
    return respondPage(reply, await page(assignFormCookie(rooms, request, reply), half, user, returnAddress(request.query.next)), undefined)
  })

  app.post('/sign-in/set-up', async (request, reply) => {
    checkSignInForm(rooms, request)
    const form = readForm(firstCode, request.body)
    const next = returnAddress(form.next)
    const { half, user } = halfOf(request) ?? {}
    if (half === undefined || user === undefined) return respondGoTo(reply, tooLate)
    try {
      const signedIn = await rooms.identity.signInWithNewApp({ half, code: form.code, ...cameFrom(request) })
      await welcome(rooms, request, reply, signedIn)
      return respondPage(reply, recoveryCodesPage(signedIn.recoveryCodes, next), { kind: 'portal', user: signedIn.user, session: signedIn.session })
    } catch (thrown) {
      const error = asRelayError(thrown)
      if (error.code !== 'second_factor_code_wrong') throw error
      assignErrorHeaders(reply, error)
      const answer = await page(assignFormCookie(rooms, request, reply), half, user, next, errorNote(error))
      return respondPage(reply, { ...answer, status: error.status }, undefined)
    }
  })
}
