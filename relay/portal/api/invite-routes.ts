import { z } from 'zod'
import { RelayError } from '../../errors.ts'
import { idParams, name, time } from './fields.ts'
import { route } from './route.ts'

const role = z.enum(['admin', 'auditor', 'member'])
const inviteAnswer = z.object({ id: z.string(), name: z.string(), role, expiresAt: time })
const example = { id: 'hash', name: 'bob', role: 'member' as const, expiresAt: 1_760_000_000_000 }

/** Invitations to become a person of this relay. */
export const inviteRoutes = [
  route({
    method: 'GET',
    path: '/invites',
    summary: 'List the invitations that nobody has taken',
    access: 'operator',
    answer: z.array(inviteAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms }) => (await rooms.invites.list()).map(({ id, name, role, expiresAt }) => ({ id, name, role, expiresAt })),
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
