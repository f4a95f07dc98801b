import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { explainUse } from '../../lending/explain-use.ts'
import { name } from '../fields.ts'
import { route } from '../route.ts'

/** Why somebody may or may not use an account. */
export const whyRoutes = [
  route({
    method: 'GET',
    path: '/why',
    summary: 'May this user use this account, and by which rule? For its owner, and who runs the relay; it tells no secret',
    access: 'person',
    query: z.strictObject({
      user: name.meta({ description: 'Who would use it.' }),
      account: z.string().min(1).max(200).meta({ description: 'OWNER/NAME, or the name of one of yours.' }),
      device: name.optional().meta({ description: 'By which device of his.' }),
      address: z.string().max(64).optional().meta({ description: 'From where.' }),
      at: z.coerce.number().int().optional().meta({ description: 'When, milliseconds since 1970; default: now.' }),
    }),
    answer: z
      .object({
        allowed: z.boolean(),
        rule: z.string(),
        reason: z.string(),
        grant: z.string().optional(),
        places: z.array(z.string()).meta({ description: 'Every name of the place where the address is; none: nobody knows.' }),
        others: z.array(
          z.object({
            grant: z.string(),
            to: z.string(),
            terms: z.array(z.string()).optional().meta({ description: 'For its owner, and the holder of the data directory.' }),
            allowed: z.boolean(),
            rule: z.string(),
            reason: z.string(),
          }),
        ),
      })
      .meta({ examples: [{ allowed: true, rule: 'granted', reason: 'it is lent to you', grant: '9a1c', places: ['DE'], others: [] }] }),
    handle: async ({ rooms, principal, query }) => {
      const answer = await explainUse(rooms, principal, query)
      if (answer === undefined) throw new RelayError('account_unknown', { params: { account: query.account } })
      return answer
    },
  }),
]
