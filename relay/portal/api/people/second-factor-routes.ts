import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { loadUser } from '../../../identity/index.ts'
import { checkOwnSignIn } from '../../access.ts'
import { passkeyPlace } from '../../security/passkey-place.ts'
import { offerAuthenticator } from '../../security/second-factor-offer.ts'
import { emptyBody, idParams, time } from '../fields.ts'
import { route } from '../route.ts'

const codesAnswer = z
  .object({ recoveryCodes: z.array(z.string()).meta({ description: 'Told this once; those before are worth nothing.' }) })
  .meta({ examples: [{ recoveryCodes: ['7x2k9q-0mzr4t-hw8c1v-5ndj3p'] }] })

/** One's own second factor and passkeys: nobody else's business, but for taking it away from who has lost his phone. */
export const secondFactorRoutes = [
  route({
    method: 'GET',
    path: '/me/second-factor',
    summary: 'Which second factor you have',
    access: 'person',
    answer: z
      .object({ authenticator: z.boolean(), since: time.optional(), recoveryCodesLeft: z.int(), recoveryCodesMadeAt: time.optional() })
      .meta({ examples: [{ authenticator: true, since: 1_760_000_000_000, recoveryCodesLeft: 10, recoveryCodesMadeAt: 1_760_000_000_000 }] }),
    handle: async ({ rooms, principal }) => {
      const factor = await rooms.secondFactors.of(checkOwnSignIn(principal).user.id)
      return { authenticator: factor !== undefined, recoveryCodesLeft: 0, ...factor }
    },
  }),
  route({
    method: 'POST',
    path: '/me/second-factor/authenticator',
    summary: 'Begin to set up an authenticator app: its key, which counts once a code of it was confirmed',
    access: 'person',
    fresh: true,
    body: emptyBody,
    answer: z
      .object({ secret: z.string().meta({ description: 'Base32.' }), address: z.string().meta({ description: 'The same as an otpauth address.' }) })
      .meta({ examples: [{ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', address: 'otpauth://totp/login-relay:ann?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }] }),
    handle: ({ rooms, principal }) => {
      const { secret, address } = offerAuthenticator(rooms, checkOwnSignIn(principal).user, checkOwnSignIn(principal).session.id)
      return { secret, address }
    },
  }),
  route({
    method: 'POST',
    path: '/me/second-factor/authenticator/confirm',
    summary: 'Confirm the app by a code of it; from then on a code is asked for after the password',
    access: 'person',
    fresh: true,
    body: z.strictObject({ code: z.string().max(100) }).meta({ examples: [{ code: '123456' }] }),
    answer: codesAnswer,
    handle: async ({ rooms, principal, body }) => {
      const { user, session } = checkOwnSignIn(principal)
      return { recoveryCodes: [...(await rooms.secondFactors.confirm(user.id, session.id, body.code))] }
    },
  }),
  route({
    method: 'POST',
    path: '/me/second-factor/recovery-codes',
    summary: 'New recovery codes',
    access: 'person',
    fresh: true,
    body: emptyBody,
    answer: codesAnswer,
    handle: async ({ rooms, principal }) => ({ recoveryCodes: [...(await rooms.secondFactors.renewRecoveryCodes(checkOwnSignIn(principal).user.id))] }),
  }),
  route({
    method: 'DELETE',
    path: '/me/second-factor',
    summary: 'Remove your authenticator app and recovery codes',
    access: 'person',
    fresh: true,
    handle: async ({ rooms, principal }) => {
      if (!(await rooms.secondFactors.remove(checkOwnSignIn(principal).user.id))) throw none()
    },
  }),
  route({
    method: 'GET',
    path: '/me/passkeys',
    summary: 'Your passkeys; they are added at the portal, in the browser that is to use them',
    access: 'person',
    answer: z
      .array(z.object({ id: z.string(), name: z.string(), createdAt: time, lastUsedAt: time.optional(), host: z.string() }))
      .meta({ examples: [[{ id: '9c1e', name: 'Phone', createdAt: 1_760_000_000_000, host: 'relay.example.com' }]] }),
    handle: async ({ rooms, principal }) => rooms.passkeys.list(checkOwnSignIn(principal).user.id),
  }),
  route({
    method: 'DELETE',
    path: '/me/passkeys/:id',
    summary: 'Remove a passkey: it signs nobody in any more; the last one of who has no password stays',
    access: 'person',
    fresh: true,
    params: idParams,
    handle: async ({ rooms, principal, params, request }) => {
      const host = passkeyPlace(rooms, request.headers.host)?.host
      if (!(await rooms.identity.removePasskey(checkOwnSignIn(principal).user.id, params.id, host)))
        throw new RelayError('not_found', { params: { what: 'such passkey' } })
    },
  }),
  route({
    method: 'DELETE',
    path: '/users/:id/second-factor',
    summary: 'Take authenticator app, recovery codes and passkeys away from a person who has lost his phone (the local administrator alone)',
    access: 'operator',
    params: idParams,
    handle: async ({ rooms, principal, params }) => {
      // An administrator at the portal has proved no more than a session; this takes who sits at the relay's machine.
      if (principal.kind !== 'local') throw new RelayError('forbidden', { params: { reason: 'this takes the command line on the machine of the relay' } })
      const user = await loadUser(rooms.identity, params.id)
      const passkeys = await rooms.passkeys.list(user.id)
      for (const { id } of passkeys) await rooms.passkeys.remove(user.id, id)
      if (!(await rooms.secondFactors.remove(user.id)) && passkeys.length === 0) throw none()
    },
  }),
]

function none(): RelayError {
  return new RelayError('not_found', { params: { what: 'second factor' } })
}
