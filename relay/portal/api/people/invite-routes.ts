import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { type Invite, loadUser, nameKey } from '../../../identity/index.ts'
import { linkAddress } from '../../link-address.ts'
import type { Rooms } from '../../rooms.ts'
import { emptyBody, idParams, name, time } from '../fields.ts'
import { route } from '../route.ts'

const role = z.enum(['admin', 'auditor', 'member'])
const inviteAnswer = z.object({
  id: z.string(),
  kind: z
    .enum(['person', 'reset'])
    .meta({ description: 'person: an invitation. reset: a link by which somebody of this relay chooses another way to sign in.' }),
  name: z.string(),
  role,
  expiresAt: time,
  by: z
    .string()
    .optional()
    .meta({ description: 'The administrator who made it, by name. It is worth nothing while he is disabled. Absent: the command line.' }),
})
const example = { id: 'hash', kind: 'person' as const, name: 'bob', role: 'member' as const, expiresAt: 1_760_000_000_000, by: 'ann' }

async function viewOf({ identity }: Rooms, { id, kind, name, role, expiresAt, by }: Invite): Promise<z.infer<typeof inviteAnswer>> {
  const maker = by === undefined ? {} : { by: (await identity.findUser(by))?.name ?? by }
  return { id, kind: kind === 'reset' ? 'reset' : 'person', name, role, expiresAt, ...maker }
}

/** Links by which somebody becomes a person of this relay, or chooses another way to sign in. */
export const inviteRoutes = [
  route({
    method: 'GET',
    path: '/invites',
    summary: 'List the invitations that nobody has taken; for the local administrator, the links for another way to sign in too',
    access: 'operator',
    query: z.strictObject({ name: name.optional().meta({ description: 'Those under this name alone, however it is written.' }) }),
    answer: z.array(inviteAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms, principal, query }) => {
      const isNamed = (invite: Invite) => query.name === undefined || nameKey(invite.name) === nameKey(query.name)
      const isListed = (invite: Invite) => isNamed(invite) && (invite.kind === 'person' || (invite.kind === 'reset' && principal.kind === 'local'))
      return Promise.all((await rooms.invites.list()).filter(isListed).map((invite) => viewOf(rooms, invite)))
    },
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
    handle: async ({ rooms, principal, body }) => {
      const { invite, token } = await rooms.invites.make({ ...body, by: principal.kind === 'local' ? undefined : principal.user.id })
      return { link: linkAddress(rooms.url(), token), ...(await viewOf(rooms, invite)) }
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
      return { link: linkAddress(rooms.url(), token), name: invite.name, expiresAt: invite.expiresAt }
    },
  }),
  route({
    method: 'DELETE',
    path: '/invites/:id',
    summary: 'Withdraw an invitation, or a link for another way to sign in',
    access: 'operator',
    fresh: true,
    params: idParams,
    handle: async ({ rooms, params }) => {
      if (!(await rooms.invites.withdraw(params.id))) throw new RelayError('not_found', { params: { what: 'such invitation' } })
    },
  }),
]
