import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { checkAccount, ownerOf } from '../../access.ts'
import { ownerNames } from '../../lending/owner-names.ts'
import { sessionView } from '../../views.ts'
import { time } from '../fields.ts'
import { route } from '../route.ts'

const sessionAnswer = z.object({
  accountId: z.string(),
  account: z.string(),
  site: z.string(),
  owner: z.string(),
  landingUrl: z.string(),
  since: time,
  evidence: z.array(z.string()),
})

/** Live sessions at sites. */
export const sessionRoutes = [
  route({
    method: 'GET',
    path: '/sessions',
    summary: 'List your live sessions at sites',
    access: 'known',
    answer: z.array(sessionAnswer).meta({
      examples: [
        [
          {
            accountId: '5d2e',
            account: 'erp',
            site: 'erp',
            owner: 'ann',
            landingUrl: 'https://erp.example.com/home',
            since: 1_760_000_000_000,
            evidence: ['the session cookie was set'],
          },
        ],
      ],
    }),
    handle: async ({ rooms, principal }) => {
      const owners = await ownerNames(rooms)
      return rooms.sessions.listLive(ownerOf(principal)).map((session) => sessionView(session, owners(session.account.owner)))
    },
  }),
  route({
    method: 'DELETE',
    path: '/sessions/:accountId',
    summary: "End an account's session here, and tell the site",
    access: 'known',
    params: z.strictObject({ accountId: z.string().min(1).max(200) }),
    handle: async ({ rooms, principal, params }) => {
      const { id } = await checkAccount(rooms, principal, 'end', { id: params.accountId })
      if (!(await rooms.sessions.end(id))) throw new RelayError('not_found', { params: { what: 'live session of this account' } })
    },
  }),
]
