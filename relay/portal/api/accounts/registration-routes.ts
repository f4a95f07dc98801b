import { z } from 'zod'
import { checkActsFor } from '../../access.ts'
import { idParams, name, ownerQuery, time } from '../fields.ts'
import { route } from '../route.ts'
import { registrationLines } from './sign-in-lines.ts'

const offerAnswer = z.object({ id: z.string(), site: z.string(), username: z.string(), expiresAt: time })

/** Registering at a site, by the relay or through the proxy, and keeping what came of it. Passwords are never told. */
export const registrationRoutes = [
  route({
    method: 'POST',
    path: '/accounts/register',
    summary: 'Have the relay make an account at the site, with a random password; a line of JSON for every step, as for a sign-in, which is the last of it',
    access: 'person',
    fresh: true,
    body: z
      .strictObject({
        site: name,
        username: z.string().min(1).max(512).meta({ description: 'The user name wanted there.' }),
        name: name.optional().meta({ description: "The account's name here; default: the site's id." }),
        user: name.optional().meta({ description: 'Whose it will be: for the local administrator.' }),
        details: z
          .record(z.string().min(1).max(200), z.string().max(2000))
          .refine((details) => Object.keys(details).length <= 50)
          .optional()
          .meta({ description: 'What goes into further fields of the form, by their names; `email` is an address of mail.' }),
      })
      .meta({ examples: [{ site: 'erp', username: 'ann', details: { email: 'ann@example.com' } }] }),
    answer: { type: 'application/x-ndjson', description: 'Session events, one a line.' },
    handle: async ({ rooms, principal, body: { site, user, details = {}, ...wanted } }) => {
      const { id: userId } = await checkActsFor(rooms, principal, user)
      const { username, name } = wanted
      return registrationLines(
        rooms.sessions,
        rooms.sessions.registrations.prepare({ userId, siteId: site, username, details, ...(name === undefined ? {} : { name }) }),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/registrations',
    summary: 'For half an hour your devices reach this site without an account, so that you can register there through the proxy',
    access: 'person',
    body: z
      .strictObject({ site: name, user: name.optional().meta({ description: 'Who registers: for the local administrator.' }) })
      .meta({ examples: [{ site: 'erp' }] }),
    answer: z.object({ expiresAt: time }).meta({ examples: [{ expiresAt: 1_760_000_000_000 }] }),
    handle: async ({ rooms, principal, body }) => {
      const user = await checkActsFor(rooms, principal, body.user)
      return rooms.sessions.registrations.open(user.id, body.site)
    },
  }),
  route({
    method: 'GET',
    path: '/registrations',
    summary: 'Registrations that the relay has seen and would keep for you',
    access: 'known',
    query: ownerQuery,
    answer: z.array(offerAnswer).meta({ examples: [[{ id: '9c1e', site: 'erp', username: 'ann', expiresAt: 1_760_000_000_000 }]] }),
    handle: async ({ rooms, principal, query }) => {
      const user = await checkActsFor(rooms, principal, query.user)
      return rooms.sessions.registrations.offers(user.id).map(({ id, siteId, username, expiresAt }) => ({ id, site: siteId, username, expiresAt }))
    },
  }),
  route({
    method: 'POST',
    path: '/registrations/:id/accept',
    summary: 'Keep it: the relay signs in with it first, and stores it if that works',
    access: 'person',
    fresh: true,
    params: idParams,
    query: ownerQuery,
    body: z
      .strictObject({ name: name.optional().meta({ description: "The account's name here; default: the site's id." }) })
      .nullish()
      .meta({ examples: [{ name: 'erp' }] }),
    answer: z
      .object({ id: z.string(), name: z.string(), site: z.string(), username: z.string() })
      .meta({ examples: [{ id: '5d2e', name: 'erp', site: 'erp', username: 'ann' }] }),
    handle: async ({ rooms, principal, params, query, body }) => {
      const user = await checkActsFor(rooms, principal, query.user)
      const account = await rooms.sessions.registrations.accept(params.id, user.id, body?.name)
      return { id: account.id, name: account.name, site: account.siteId, username: account.username }
    },
  }),
  route({
    method: 'DELETE',
    path: '/registrations/:id',
    summary: 'Do not keep it: the relay forgets it at once',
    access: 'person',
    params: idParams,
    query: ownerQuery,
    handle: async ({ rooms, principal, params, query }) => {
      const user = await checkActsFor(rooms, principal, query.user)
      await rooms.sessions.registrations.decline(params.id, user.id)
    },
  }),
]
