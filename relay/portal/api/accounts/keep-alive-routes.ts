import { z } from 'zod'
import { type KeepAlivePolicy, keepAliveOf } from '../../../accounts/index.ts'
import { RelayError } from '../../../errors.ts'
import { checkAccount } from '../../access.ts'
import { accountParams, ownerQuery } from '../fields.ts'
import { route } from '../route.ts'

const fields = {
  everyMinutes: z.int().min(1).max(1440).meta({ description: 'So long after the last request, the site is asked for a page.' }),
  hours: z.int().min(1).max(720).meta({ description: 'So long after a client used it last, it is left to end.' }),
  page: z
    .string()
    .max(1000)
    .regex(/^\/(?!\/)[!-"$-[\]-~]*$/, 'must be a path, with a query at most')
    .optional()
    .meta({ description: 'Path and query of a page that changes nothing; without it the landing page.' }),
}

export const keepAlivePolicy = z.strictObject(fields)

const effective = z.strictObject({ everyMinutes: fields.everyMinutes.optional(), hours: fields.hours.optional(), page: fields.page })
const wanted = effective.extend({ asSite: z.literal(true).optional().meta({ description: "As the site's declaration says, with no limit of one's own." }) })

/** Holding a session open while nobody uses it. */
export const keepAliveRoutes = [
  route({
    method: 'POST',
    path: '/accounts/:id/keep-alive',
    summary: "How the relay holds its session open while nobody uses it, within what the site's declaration says; an empty policy: not at all",
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    body: wanted.meta({ examples: [{ everyMinutes: 10, hours: 8 }] }),
    answer: effective.meta({ examples: [{ everyMinutes: 10, hours: 8 }] }),
    handle: async ({ rooms, principal, params, query, body }) => {
      const { id, siteId } = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      const account = await rooms.accounts.setKeepAlive(id, ownPolicy(body))
      return keepAliveOf(account, rooms.accounts.site(siteId)) ?? {}
    },
  }),
]

function ownPolicy({ everyMinutes, hours, page, asSite }: z.output<typeof wanted>): KeepAlivePolicy | 'off' | undefined {
  const isEmpty = everyMinutes === undefined && hours === undefined && page === undefined
  if (asSite === true && !isEmpty) throw new RelayError('bad_request', { params: { problem: 'asSite goes alone' } })
  if (isEmpty) return asSite === true ? undefined : 'off'
  if (everyMinutes === undefined || hours === undefined) throw new RelayError('bad_request', { params: { problem: 'everyMinutes and hours go together' } })
  return { everyMinutes, hours, ...(page === undefined ? {} : { page }) }
}
