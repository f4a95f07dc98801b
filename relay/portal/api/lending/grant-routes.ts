import { z } from 'zod'
import { type GrantTerms, granteeOf, userIds } from '../../../control/index.ts'
import { checkAccount, listedOwner } from '../../access.ts'
import { lend, takeBack } from '../../lending/lend.ts'
import { grantViewer } from '../../lending/lending.ts'
import { loadGrant, unknownGrant } from '../../lending/load-grant.ts'
import { emptyBody, idParams, listQuery, name } from '../fields.ts'
import { route } from '../route.ts'
import { grantAnswer, grantExample, termFields, to } from './grant-fields.ts'

const wanted = z
  .strictObject({
    account: name.meta({ description: 'Id or name.' }),
    user: name.optional().meta({ description: 'Whose account, by name: for the local administrator.' }),
    to,
    ...termFields,
    approval: z.array(name).max(20).optional().meta({ description: 'Somebody says yes each time: the owner, or these users.' }),
  })
  .meta({ examples: [{ account: 'erp', to: { user: 'bob' }, until: 1_760_086_400_000, networks: ['192.0.2.0/24'], readOnly: true as const }] })

/** What owners lend. Who runs the relay sees none of it, unless the account is his. */
export const grantRoutes = [
  route({
    method: 'GET',
    path: '/grants',
    summary: 'List what you lend',
    access: 'person',
    query: listQuery,
    answer: z.array(grantAnswer).meta({ examples: [[grantExample]] }),
    handle: async ({ rooms, principal, query }) => {
      const owner = await listedOwner(rooms, principal, query.user)
      return rooms.grants.list(owner === undefined ? {} : { owner }).map(await grantViewer(rooms))
    },
  }),
  route({
    method: 'POST',
    path: '/grants',
    summary: 'Lend an account of yours, for use without its secrets',
    access: 'person',
    fresh: true,
    body: wanted,
    status: 201,
    answer: grantAnswer.meta({ examples: [grantExample] }),
    handle: async ({ rooms, principal, body: { account: id, user, to, approval, ...given } }) => {
      const account = await checkAccount(rooms, principal, 'manage', { id, user })
      const by = approval === undefined ? undefined : await userIds(rooms, approval)
      const terms = termsOf({ ...given, ...(by === undefined ? {} : { approval: { by } }) })
      const grant = await lend(rooms, principal, account, await granteeOf(rooms, to), terms)
      return (await grantViewer(rooms))(grant)
    },
  }),
  route({
    method: 'POST',
    path: '/grants/reload',
    summary: 'Take over what the files of policies say',
    access: 'operator',
    fresh: true,
    body: emptyBody,
    answer: z
      .array(z.object({ file: z.string(), did: z.enum(['lent', 'kept', 'ended', 'refused']), problem: z.string().optional() }))
      .meta({ examples: [[{ file: 'accounting.yaml', did: 'lent' }]] }),
    handle: async ({ rooms }) =>
      (await rooms.grantFiles.reload()).map(({ file, did, error }) => ({ file, did, ...(error === undefined ? {} : { problem: error.message }) })),
  }),
  route({
    method: 'DELETE',
    path: '/grants/:id',
    summary: 'Take back what you lent: what is under way by it ends at once',
    access: 'person',
    params: idParams,
    handle: async ({ rooms, principal, params }) => {
      if (!(await takeBack(rooms, principal, await loadGrant(rooms, principal, params.id)))) throw unknownGrant()
    },
  }),
  route({
    method: 'GET',
    path: '/lent',
    summary: 'List what others lend to you, and whether you may use it now',
    access: 'known',
    answer: z
      .array(
        z.object({
          id: z.string(),
          account: z.string().meta({ description: 'OWNER/NAME: what the header Login-Relay-Account names it by.' }),
          owner: z.string(),
          site: z.string(),
          allowed: z.boolean(),
          rule: z.string(),
          reason: z.string(),
        }),
      )
      .meta({ examples: [[{ id: '5d2e', account: 'ann/erp', owner: 'ann', site: 'erp', allowed: true, rule: 'granted', reason: 'it is lent to you' }]] }),
    handle: async ({ rooms, principal, request }) => {
      const lent = rooms.grants.lentNow(principal)
      return Promise.all(
        lent.map(async ({ account, name: named, ownerName }) => {
          const { allowed, rule, reason } = await rooms.grants.may(principal, 'use', account, request.address)
          return { id: account.id, account: named, owner: ownerName, site: account.siteId, allowed, rule, reason }
        }),
      )
    },
  }),
]

/** What the schema takes for an absent term is not one. */
function termsOf(terms: object): GrantTerms {
  return JSON.parse(JSON.stringify(terms)) as GrantTerms
}
