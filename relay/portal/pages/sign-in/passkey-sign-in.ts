import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { cameFrom } from '../../caller/came-from.ts'
import { checkSignInForm, formBrowser, welcome } from '../../caller/sign-in-form.ts'
import type { Rooms } from '../../rooms.ts'
import { passkeyPlace } from '../../security/passkey-place.ts'
import { assignErrorHeaders } from '../../web/respond-error.ts'
import { returnAddress } from '../../web/return-address.ts'
import { errorNote, mendable } from '../notes.ts'
import { readForm, respondGoTo } from '../page-route.ts'
import { readResponse } from '../passkey-form.ts'
import { showSignIn } from './sign-in-page.ts'

const passkeyFields = z.strictObject({ csrf: z.string(), next: z.string().max(2000), response: z.string().max(20_000) })

/** Signing in by passkey: the person says nothing of himself, the passkey says it all. */
export function passkeySignIn(app: FastifyInstance, rooms: Rooms): void {
  app.get('/sign-in/passkey', async (request) => {
    const place = passkeyPlace(rooms, request.headers.host)
    if (place === undefined) throw new RelayError('passkey_refused')
    return rooms.passkeys.requestOptions({ place, purpose: `sign-in ${formBrowser(rooms, request)}` })
  })

  app.post('/sign-in/passkey', async (request, reply) => {
    checkSignInForm(rooms, request)
    const form = readForm(passkeyFields, request.body)
    const next = returnAddress(form.next)
    try {
      const place = passkeyPlace(rooms, request.headers.host)
      if (place === undefined) throw new RelayError('passkey_refused')
      const purpose = `sign-in ${formBrowser(rooms, request)}`
      const signedIn = await rooms.identity.signInByPasskey({ response: readResponse(form.response), place, purpose, ...cameFrom(request) })
      await welcome(rooms, request, reply, signedIn)
      return respondGoTo(reply, next)
    } catch (thrown) {
      const error = mendable(thrown)
      assignErrorHeaders(reply, error)
      return showSignIn(rooms, reply, request, { next, note: errorNote(error), status: error.status })
    }
  })
}
