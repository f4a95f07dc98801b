import { z } from 'zod'
import { groupViewer, loadGroup, setMember } from '../../lending/groups.ts'
import { idParams, name } from '../fields.ts'
import { route } from '../route.ts'

const groupAnswer = z.object({ id: z.string(), name: z.string(), members: z.array(z.string()).meta({ description: 'Users, by name.' }) })
const example = { id: 'g1', name: 'accounting', members: ['bob'] }
const groupName = z.strictObject({ name: z.string().min(1).max(63) })
const member = z.strictObject({ user: name }).meta({ examples: [{ user: 'bob' }] })

/** Lists of people that accounts can be lent to, kept by who runs the relay. */
export const groupRoutes = [
  route({
    method: 'GET',
    path: '/groups',
    summary: 'List the groups; their members to who runs the relay, and to a member his own',
    access: 'person',
    answer: z.array(groupAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms, principal }) => {
      const view = await groupViewer(rooms, principal)
      return rooms.grants.groups.list().map(view)
    },
  }),
  route({
    method: 'POST',
    path: '/groups',
    summary: 'Make a group',
    access: 'operator',
    fresh: true,
    body: groupName.meta({ examples: [{ name: 'accounting' }] }),
    status: 201,
    answer: groupAnswer.meta({ examples: [example] }),
    handle: async ({ rooms, body }) => ({ ...(await rooms.grants.groups.add(body.name)), members: [] }),
  }),
  route({
    method: 'POST',
    path: '/groups/:id/name',
    summary: 'Rename a group: it stays the same, and so does what was lent to it',
    access: 'operator',
    fresh: true,
    params: idParams,
    body: groupName.meta({ examples: [{ name: 'bookkeeping' }] }),
    answer: groupAnswer.meta({ examples: [{ ...example, name: 'bookkeeping' }] }),
    handle: async ({ rooms, principal, params, body }) => {
      const group = await rooms.grants.groups.rename(loadGroup(rooms, params.id).id, body.name)
      return (await groupViewer(rooms, principal))(group)
    },
  }),
  route({
    method: 'DELETE',
    path: '/groups/:id',
    summary: 'Remove a group: what was lent to it is lent to nobody',
    access: 'operator',
    fresh: true,
    params: idParams,
    handle: async ({ rooms, params }) => {
      await rooms.grants.groups.remove(loadGroup(rooms, params.id).id)
    },
  }),
  route({
    method: 'POST',
    path: '/groups/:id/members',
    summary: 'Put somebody into a group',
    access: 'operator',
    fresh: true,
    params: idParams,
    body: member,
    answer: groupAnswer.meta({ examples: [example] }),
    handle: async ({ rooms, principal, params, body }) => (await groupViewer(rooms, principal))(await setMember(rooms, params.id, body.user, true)),
  }),
  route({
    method: 'POST',
    path: '/groups/:id/members/remove',
    summary: 'Take somebody out of a group: what he does with what was lent to it ends at once',
    access: 'operator',
    fresh: true,
    params: idParams,
    body: member,
    answer: groupAnswer.meta({ examples: [example] }),
    handle: async ({ rooms, principal, params, body }) => (await groupViewer(rooms, principal))(await setMember(rooms, params.id, body.user, false)),
  }),
]
