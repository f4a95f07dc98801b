import { z } from 'zod'
import { userView } from '../../views.ts'
import { name, time } from '../fields.ts'
import { route } from '../route.ts'

const role = z.enum(['admin', 'auditor', 'member'])
const userAnswer = z.object({ id: z.string(), name: z.string(), role, createdAt: time, disabledAt: time.optional() })
const example = { id: '0b9c', name: 'ann', role: 'member' as const, createdAt: 1_760_000_000_000 }

/** The people who sign in to the relay. */
export const userRoutes = [
  route({
    method: 'GET',
    path: '/users',
    summary: 'List the people',
    access: 'operator',
    answer: z.array(userAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms }) => (await rooms.identity.listUsers()).map(userView),
  }),
  route({
    method: 'POST',
    path: '/users',
    summary: 'Add a person',
    access: 'operator',
    fresh: true,
    body: z.strictObject({ name, password: z.string().max(1024), role: role.default('member') }).meta({
      examples: [{ name: 'ann', password: 'a long pass phrase', role: 'member' }],
    }),
    status: 201,
    answer: userAnswer.meta({ examples: [example] }),
    handle: async ({ rooms, body }) => userView(await rooms.identity.addUser(body)),
  }),
]
