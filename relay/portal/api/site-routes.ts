import { z } from 'zod'
import { RelayError } from '../../errors.ts'
import { checkSite, enrolSite, lookAtSite } from '../enrol-site.ts'
import type { Rooms } from '../rooms.ts'
import { siteView } from '../views.ts'
import { emptyBody, idParams, time } from './fields.ts'
import { route } from './route.ts'

const delivery = z.enum(['attach', 'handoff'])

const siteAnswer = z.object({
  id: z.string(),
  origins: z.array(z.string()),
  loginUrl: z.string(),
  landingUrl: z.string().optional(),
  adapter: z.string(),
  delivery,
  privateCa: z.boolean(),
  createdAt: time,
})

const wantedSite = z
  .strictObject({
    url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2000),
    id: z.string().min(1).max(63).optional(),
    adapter: z.string().min(1).max(63).optional(),
    ca: z.string().max(100_000).optional().meta({ description: 'PEM of a private CA that vouches for the site.' }),
    delivery: delivery.optional(),
    settings: z.record(z.string(), z.unknown()).optional().meta({ description: "The adapter's own settings." }),
  })
  .meta({ examples: [{ url: 'https://erp.example.com/login', id: 'erp' }] })

const report = z
  .object({
    ok: z.boolean(),
    loginUrl: z.string(),
    origins: z.array(z.string()),
    adapter: z.string(),
    settings: z.record(z.string(), z.unknown()),
    networks: z.array(z.enum(['public', 'private', 'loopback'])),
    found: z.array(z.string()),
    problem: z.object({ code: z.string(), text: z.string(), next: z.string() }).optional(),
  })
  .meta({
    examples: [
      {
        ok: true,
        loginUrl: 'https://erp.example.com/login',
        origins: ['https://erp.example.com'],
        adapter: 'form',
        settings: {},
        networks: ['public'],
        found: ['a sign-in form with user name, password and captcha'],
      },
    ],
  })

const example = {
  id: 'erp',
  origins: ['https://erp.example.com'],
  loginUrl: 'https://erp.example.com/login',
  adapter: 'form',
  delivery: 'attach' as const,
  privateCa: false,
  createdAt: 1_760_000_000_000,
}

/** The business servers the relay signs in to. Who uses the relay sees them; who runs it enrols them. */
export const siteRoutes = [
  route({
    method: 'GET',
    path: '/sites',
    summary: 'List the sites',
    access: 'known',
    answer: z.array(siteAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms }) => (await rooms.accounts.listSites()).map(siteView),
  }),
  route({
    method: 'POST',
    path: '/sites/probe',
    summary: 'Look at a site without enrolling it',
    access: 'operator',
    body: wantedSite,
    answer: report,
    handle: ({ rooms, body }) => lookAtSite(rooms, body),
  }),
  route({
    method: 'POST',
    path: '/sites',
    summary: 'Look at a site and enrol it',
    access: 'operator',
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
    handle: ({ rooms, params }) => siteView(knownSite(rooms, params.id)),
  }),
  route({
    method: 'DELETE',
    path: '/sites/:id',
    summary: 'Remove a site and every account at it',
    access: 'operator',
    params: idParams,
    handle: async ({ rooms, params }) => {
      await rooms.accounts.removeSite(knownSite(rooms, params.id).id)
    },
  }),
  route({
    method: 'POST',
    path: '/sites/:id/check',
    summary: 'Look at an enrolled site again',
    access: 'operator',
    params: idParams,
    body: emptyBody,
    answer: report,
    handle: ({ rooms, params }) => checkSite(rooms, knownSite(rooms, params.id)),
  }),
]

function knownSite({ accounts }: Rooms, id: string) {
  const site = accounts.site(id)
  if (site === undefined) throw new RelayError('site_unknown', { params: { site: id } })
  return site
}
