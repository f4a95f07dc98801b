import { z } from 'zod'
import type { Site } from '../../../accounts/index.ts'
import { RelayError } from '../../../errors.ts'
import type { Principal } from '../../../identity/index.ts'
import { checkAccount, isOperator } from '../../access.ts'
import { checkSite, enrolSite, lookAtSite, updateSite } from '../../accounts/enrol-site.ts'
import { learnFrom } from '../../accounts/learn-signs.ts'
import type { Rooms } from '../../rooms.ts'
import { siteView } from '../../views.ts'
import { idParams, name } from '../fields.ts'
import { route } from '../route.ts'
import { checkAnswer, example, learnAnswer, report, siteAnswer, wantedSite } from './site-fields.ts'

const wantedCheck = z
  .strictObject({
    update: z.boolean().optional().meta({ description: 'Write what is found into the declaration.' }),
    agreed: z.array(z.string().max(500)).max(100).optional().meta({ description: 'The sentences of `widens` that somebody was shown and agrees to.' }),
    yes: z.boolean().optional().meta({ description: 'Agree to all of them unseen.' }),
  })
  .nullish()
  .meta({ examples: [{}] })

const wantedLearning = z
  .strictObject({
    account: name.meta({ description: 'Id or name of an account at the site.' }),
    user: name.optional().meta({ description: 'Whose account, by name: for the local administrator.' }),
    tryWrong: z.boolean().optional().meta({ description: 'Also sign in once with a wrong password; the site counts a failed attempt.' }),
  })
  .meta({ examples: [{ account: 'erp' }] })

/** The business servers the relay signs in to. Who uses the relay sees them; who runs it enrols them. */
export const siteRoutes = [
  route({
    method: 'GET',
    path: '/sites',
    summary: 'List the sites',
    access: 'known',
    answer: z.array(siteAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms, principal }) => (await rooms.accounts.listSites()).map((site) => shown(rooms, principal, site)),
  }),
  route({
    method: 'POST',
    path: '/sites/probe',
    summary: 'Look at a site without enrolling it',
    access: 'operator',
    fresh: true,
    body: wantedSite,
    answer: report,
    handle: ({ rooms, body }) => lookAtSite(rooms, body),
  }),
  route({
    method: 'POST',
    path: '/sites',
    summary: 'Look at a site and enrol it',
    access: 'operator',
    fresh: true,
    body: wantedSite,
    status: 201,
    answer: siteAnswer.meta({ examples: [example] }),
    handle: async ({ rooms, body }) => siteView(await enrolSite(rooms, body)),
  }),
  route({
    method: 'GET',
    path: '/sites/:id',
    summary: 'One site',
    access: 'known',
    params: idParams,
    answer: siteAnswer.meta({ examples: [example] }),
    handle: ({ rooms, principal, params }) => shown(rooms, principal, knownSite(rooms, params.id)),
  }),
  route({
    method: 'DELETE',
    path: '/sites/:id',
    summary: 'Remove a site and every account at it',
    access: 'operator',
    fresh: true,
    params: idParams,
    handle: async ({ rooms, params }) => {
      await rooms.declarations.remove(knownSite(rooms, params.id).id)
    },
  }),
  route({
    method: 'POST',
    path: '/sites/:id/check',
    summary: 'Look at an enrolled site again, and say what has changed',
    access: 'operator',
    fresh: true,
    params: idParams,
    body: wantedCheck,
    answer: checkAnswer,
    handle: async ({ rooms, params, body }) => {
      const check = await checkSite(rooms, knownSite(rooms, params.id))
      const updated = body?.update === true ? await updateSite(rooms, check, body.yes === true ? 'all' : (body.agreed ?? [])) : undefined
      const { update, ...shown } = check
      return { ...shown, ...(update === undefined ? {} : { update: { changes: update.changes, widens: update.widens } }), updated: updated !== undefined }
    },
  }),
  route({
    method: 'POST',
    path: '/sites/:id/learn',
    summary: 'Learn from a sign-in by what signs this site tells success and denial, and write them into its declaration',
    access: 'operator',
    fresh: true,
    params: idParams,
    body: wantedLearning,
    answer: learnAnswer,
    handle: async ({ rooms, principal, params, body }) => {
      const site = knownSite(rooms, params.id)
      const account = await checkAccount(rooms, principal, 'keep', { id: body.account, user: body.user })
      if (account.siteId !== site.id) throw new RelayError('bad_request', { params: { problem: `the account is not one at ${site.id}` } })
      return learnFrom(rooms, account, { tryWrong: body.tryWrong === true })
    },
  }),
]

function shown({ endpointStates }: Rooms, principal: Principal, site: Site) {
  return siteView(site, isOperator(principal) ? endpointStates(site) : [])
}

function knownSite({ accounts }: Rooms, id: string) {
  const site = accounts.site(id)
  if (site === undefined) throw new RelayError('site_unknown', { params: { site: id } })
  return site
}
