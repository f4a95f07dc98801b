import { z } from 'zod'
import { checkActsFor } from '../../access.ts'
import { approveRequest, askAccess, refuseRequest } from '../../lending/ask-access.ts'
import { isForHim, requestView } from '../../lending/lending.ts'
import { emptyBody, idParams, name } from '../fields.ts'
import { route } from '../route.ts'
import { requestAnswer, requestExample } from './grant-fields.ts'

const answer = requestAnswer.meta({ examples: [requestExample] })
const hours = z
  .number()
  .min(0.1)
  .max(24 * 365)

/** What people ask of owners, and what comes of it. */
export const requestRoutes = [
  route({
    method: 'GET',
    path: '/requests',
    summary: 'List what you asked for, and what is asked of you',
    access: 'person',
    answer: z.array(requestAnswer).meta({ examples: [[requestExample]] }),
    handle: ({ rooms, principal }) =>
      rooms.grants.requests.list((request) => isForHim(rooms, principal, request)).map((request) => requestView(rooms, principal, request)),
  }),
  route({
    method: 'POST',
    path: '/requests',
    summary:
      'Ask for an account of somebody: for leave, for the yes that a grant wants, or for an emergency. The answer is the same whether there is such an account or not',
    access: 'person',
    body: z
      .strictObject({
        account: z.string().min(3).max(200).meta({ description: 'OWNER/NAME.' }),
        why: z.string().trim().min(1).max(500),
        hours: hours.default(8).meta({ description: 'For how long.' }),
        user: name.optional().meta({ description: 'Who asks: for the local administrator.' }),
      })
      .meta({ examples: [{ account: 'ann/erp', why: 'the invoices of March', hours: 8 }] }),
    status: 201,
    answer,
    handle: async ({ rooms, principal, body: { user, ...asked }, request }) =>
      requestView(rooms, principal, await askAccess(rooms, await checkActsFor(rooms, principal, user), { ...asked, address: request.address })),
  }),
  route({
    method: 'POST',
    path: '/requests/:id/approve',
    summary: 'Say yes, for as long as was asked for or for so many hours; nobody does so for himself',
    access: 'person',
    fresh: true,
    params: idParams,
    body: z
      .strictObject({ hours: hours.optional() })
      .nullish()
      .meta({ examples: [{ hours: 4 }] }),
    answer,
    handle: async ({ rooms, principal, params, body }) => requestView(rooms, principal, await approveRequest(rooms, principal, params.id, body?.hours)),
  }),
  route({
    method: 'POST',
    path: '/requests/:id/refuse',
    summary: 'Say no, or take back a yes',
    access: 'person',
    params: idParams,
    body: emptyBody,
    answer,
    handle: async ({ rooms, principal, params }) => requestView(rooms, principal, await refuseRequest(rooms, principal, params.id)),
  }),
]
