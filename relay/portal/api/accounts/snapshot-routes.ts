import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { checkAccount } from '../../access.ts'
import { accountParams, ownerQuery, time } from '../fields.ts'
import { route } from '../route.ts'

const formFields = z.array(z.object({ name: z.string(), type: z.string(), label: z.string() }))

const snapshot = z.object({
  at: time,
  account: z.string(),
  site: z.string(),
  kind: z.enum(['wrong-password', 'wrong-captcha', 'site-down', 'form-not-found', 'blocked', 'challenge', 'unknown']),
  seen: z.array(z.string()),
  sent: z.boolean().meta({ description: 'A secret had left: what came afterwards is the answer to it.' }),
  adapter: z.string(),
  steps: z.array(z.object({ text: z.string(), at: z.number().meta({ description: 'Milliseconds since the sign-in began.' }) })),
  page: z
    .object({
      url: z.string().meta({ description: 'Without the values of its query.' }),
      status: z.int(),
      title: z.string(),
      charset: z.string(),
      redirects: z.array(z.string()),
      forms: z.array(z.object({ name: z.string(), method: z.enum(['get', 'post']), action: z.string(), fields: formFields })),
      messages: z.array(z.string()).meta({ description: 'Text that the page before it did not have.' }),
      cookies: z.array(z.object({ name: z.string(), change: z.enum(['set', 'changed', 'removed']) })),
      copy: z.string().meta({ description: 'The page as HTML, without scripts, values of fields, tokens and secrets.' }),
    })
    .optional()
    .meta({ description: 'The page it ended at; absent: none was reached.' }),
})

/** What was seen when a sign-in failed. For the account's owner: the copy of a page may show what he sees there. */
export const snapshotRoutes = [
  route({
    method: 'GET',
    path: '/accounts/:id/snapshot',
    summary: "What the relay saw when this account's last failed sign-in failed",
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    answer: snapshot.meta({
      examples: [
        {
          at: 1_760_000_000_000,
          account: 'erp',
          site: 'erp',
          kind: 'unknown' as const,
          seen: ['none of the signs of success is on the page'],
          sent: true,
          adapter: 'form',
          steps: [{ text: 'login page read: "Log in"', at: 12 }],
          page: {
            url: 'https://erp.example.com/notice',
            status: 200,
            title: 'Notice',
            charset: 'UTF-8',
            redirects: [],
            forms: [],
            messages: ['The system is being maintained.'],
            cookies: [{ name: 'sid', change: 'set' as const }],
            copy: '<html><body><p>The system is being maintained.</p></body></html>',
          },
        },
      ],
    }),
    handle: async ({ rooms, principal, params, query }) => {
      const account = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      const found = await rooms.sessions.snapshot(account.id)
      if (found === undefined) throw new RelayError('not_found', { params: { what: `failed sign-in of ${account.name}` } })
      return { ...found, account: account.name, site: account.siteId }
    },
  }),
]
