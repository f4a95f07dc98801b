import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { checkAccount, loadDevice } from '../../access.ts'
import type { Rooms } from '../../rooms.ts'
import { idParams, name, time } from '../fields.ts'
import { route } from '../route.ts'

const choiceAnswer = z.object({ site: z.string(), account: z.string(), chosenAt: time })
const choiceParams = z.strictObject({ id: z.string().min(1).max(200), site: name })
const example = { site: 'erp', account: 'erp-admin', chosenAt: 1_760_000_000_000 }

/** Which account a device uses at a site where its user has several. */
export const choiceRoutes = [
  route({
    method: 'GET',
    path: '/devices/:id/choices',
    summary: 'List which account a device uses at each site where one was chosen for it',
    access: 'known',
    params: idParams,
    answer: z.array(choiceAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms, principal, params }) => {
      await loadDevice(rooms, principal, 'list', params.id)
      return choicesOf(rooms, params.id)
    },
  }),
  route({
    method: 'POST',
    path: '/devices/:id/choices',
    summary: "Choose one of its user's accounts for a device, at that account's site",
    access: 'person',
    params: idParams,
    body: z.strictObject({ account: name.meta({ description: 'Id or name.' }) }).meta({ examples: [{ account: 'erp-admin' }] }),
    answer: z.array(choiceAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms, principal, params, body }) => {
      const { userId } = await loadDevice(rooms, principal, 'choose', params.id)
      const account = await checkAccount(rooms, principal, 'use', { id: body.account, user: userId })
      await rooms.choices.choose(params.id, account)
      return choicesOf(rooms, params.id)
    },
  }),
  route({
    method: 'DELETE',
    path: '/devices/:id/choices/:site',
    summary: 'Forget which account a device uses at a site: its person is asked anew',
    access: 'person',
    params: choiceParams,
    handle: async ({ rooms, principal, params }) => {
      await loadDevice(rooms, principal, 'choose', params.id)
      if (!(await rooms.choices.forget(params.id, params.site))) throw new RelayError('not_found', { params: { what: `choice at ${params.site}` } })
    },
  }),
]

function choicesOf({ choices, accounts }: Rooms, deviceId: string) {
  return choices.list(deviceId).flatMap(({ siteId, accountId, chosenAt }) => {
    const account = accounts.account(accountId)
    return account === undefined ? [] : [{ site: siteId, account: account.name, chosenAt }]
  })
}
