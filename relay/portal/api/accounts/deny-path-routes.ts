import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { checkAccount } from '../../access.ts'
import { accountParams, ownerQuery } from '../fields.ts'
import { route } from '../route.ts'

const fields = {
  paths: z
    .array(z.string().max(500))
    .max(100)
    .meta({ description: 'Each for what is below it too; `*` is one segment; `?page=password` wants that in the query.' }),
  owner: z.boolean().optional().meta({ description: "Also with the owner's own devices. Default: others' alone, who use the account with his leave." }),
}

export const denyPaths = z.strictObject(fields)

const wanted = z.strictObject({ paths: fields.paths.optional(), owner: fields.owner })

/** Paths of a site that clients are kept off with an account. */
export const denyPathRoutes = [
  route({
    method: 'POST',
    path: '/accounts/:id/deny-paths',
    summary: 'The paths of its site that clients are kept off with it, besides those of the site itself; without paths: none',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    body: wanted.meta({ examples: [{ paths: ['/account/password'], owner: true }] }),
    answer: wanted.meta({ examples: [{ paths: ['/account/password'], owner: true }] }),
    handle: async ({ rooms, principal, params, query, body: { paths = [], owner } }) => {
      const { id } = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      if (paths.length === 0 && owner !== undefined) throw new RelayError('bad_request', { params: { problem: 'owner goes with paths' } })
      const { denyPaths: set } = await rooms.accounts.setDenyPaths(id, paths.length === 0 ? undefined : { paths, ...(owner === undefined ? {} : { owner }) })
      return set === undefined ? {} : { ...set, paths: [...set.paths] }
    },
  }),
]
