import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { loadUser } from '../../../identity/index.ts'
import { emptyBody, idParams, name, time } from '../fields.ts'
import { route } from '../route.ts'

const role = z.enum(['admin', 'auditor', 'member'])
const inviteAnswer = z.object({ id: z.string(), name: z.string(), role, expiresAt: time })
const example = { id: 'hash', name: 'bob', role: 'member' as const, expiresAt: 1_760_000_000_000 }

/** Links by which somebody becomes a person of this relay, or chooses another way to sign in. */
export const inviteRoutes = [
  route({
    method: 'GET',
    path: '/invites',
    summary: 'List the invitations that nobody has taken',
    access: 'operator',
    answer: z.array(inviteAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms }) =>
      (await rooms.invites.list()).filter(({ kind }) => kind === 'person').map(({ id, name, role, expiresAt }) => ({ id, name, role, expiresAt })),
  }),
  route({
    method: 'POST',
    path: '/invites',
    summary: 'A link by which somebody becomes a person of this relay, under this name; good once, for 72 hours',
    access: 'operator',
    fresh: true,
    body: z.strictObject({ name, role: role.default('member') }).meta({ examples: [{ name: 'bob', role: 'member' }] }),
    status: 201,
    answer: z.object({ link: z.string(), ...inviteAnswer.shape }).meta({ examples: [{ link: 'https://relay.example/invite/li_b64url', ...example }] }),
    handle: async ({ rooms, body }) => {
      const { invite, token } = await rooms.invites.make(body)
      const { id, name, role, expiresAt } = invite
      return { link: `${rooms.url()}/invite/${token}`, id, name, role, expiresAt }
    },
  }),
  route({
    method: 'POST',
    path: '/users/:id/password-link',
    summary:
      'A link by which a person who has forgotten his password, or lost his passkey, chooses another; good once, for 24 hours (the local administrator alone)',
    access: 'operator',
    params: idParams,
    body: emptyBody,
    status: 201,
    answer: z.object({ link: z.string(), name, expiresAt: time }).meta({
      examples: [{ link: 'https://relay.example/invite/li_b64url', name: 'bob', expiresAt: 1_760_000_000_000 }],
    }),
    handle: async ({ rooms, principal, params }) => {
      // Who has the link has the person's password: an administrator at the portal uses nobody's accounts.
      if (principal.kind !== 'local') throw new RelayError('forbidden', { params: { reason: 'this takes the command line on the machine of the relay' } })
      const { invite, token } = await rooms.invites.makeForPassword(await loadUser(rooms.identity, params.id))
      return { link: `${rooms.url()}/invite/${token}`, name: invite.name, expiresAt: invite.expiresAt }
    },
  }),
  route({
    method: 'DELETE',
    path: '/invites/:id',
    summary: 'Withdraw an invitation',
    access: 'operator',
    fresh: true,
    params: idParams,
    handle: async ({ rooms, params }) => {
      if (!(await rooms.invites.withdraw(params.id))) throw new RelayError('not_found', { params: { what: 'such invitation' } })
    },
  }),
]
