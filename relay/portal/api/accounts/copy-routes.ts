import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { checkAccount } from '../../access.ts'
import { endCopies, holderIn, setCopyRule } from '../../accounts/copy-rule.ts'
import { copiesFor } from '../../accounts/session-copies.ts'
import { ownerNames } from '../../lending/owner-names.ts'
import { accountParams, ownerQuery, time } from '../fields.ts'
import { route } from '../route.ts'
import { handedCookie } from '../sessions/ticket-routes.ts'

const rule = z.strictObject({
  allowed: z.boolean(),
  attached: z.boolean().optional().meta({ description: "Also while the site's delivery is `attach`, which else keeps the cookies in the relay." }),
})

const givenCopy = z.object({
  way: z.enum(['kept', 'claimed', 'browser']).meta({
    description:
      '`kept`: a device keeps it for the time when no relay can be reached; `claimed`: a tool claimed a handoff link; `browser`: a browser was given the cookies at the site, whose delivery is `handoff`.',
  }),
  user: z.string().optional().meta({ description: 'Whose it is, by name; absent: whoever runs the relay took it, on its own machine.' }),
  device: z.string().optional().meta({ description: 'The id of the device; absent: it was none.' }),
  name: z.string().optional().meta({ description: 'The name the device had then.' }),
  givenAt: time,
  lingering: z
    .object({
      since: time,
      tries: z.int().meta({ description: 'How often the site was told since it ended, or since somebody last asked for it by ending it again.' }),
      nextTryAt: time.optional().meta({ description: 'Absent: not before somebody ends the copies.' }),
    })
    .optional()
    .meta({ description: 'The session has ended here, and the site did not end it, for all that is known.' }),
})

/** Copies of sessions: which an owner's devices may keep for the time when no relay can be reached, and all that were given out. */
export const copyRoutes = [
  route({
    method: 'POST',
    path: '/accounts/:id/copies',
    summary: 'Whether your devices may keep copies of its session: real cookies, which stay good until the site ends them',
    access: 'known',
    fresh: true,
    params: accountParams,
    query: ownerQuery,
    body: rule.meta({ examples: [{ allowed: true }] }),
    answer: rule.meta({ examples: [{ allowed: true, attached: false }] }),
    handle: async ({ rooms, principal, params, query, body: { allowed, attached = false } }) => {
      const { copies } = await setCopyRule(rooms, await checkAccount(rooms, principal, 'manage', { ...params, ...query }), allowed, attached)
      return copies === undefined ? { allowed: false } : { allowed: true, attached: copies.attached }
    },
  }),
  route({
    method: 'GET',
    path: '/accounts/:id/copies',
    summary: 'Who was given cookies of its sessions that are good at the site, by which device and in which way, newest first',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    answer: z.array(givenCopy).meta({ examples: [[{ way: 'claimed', user: 'ann', device: 'd1', name: 'laptop', givenAt: 1_760_000_000_000 }]] }),
    handle: async ({ rooms, principal, params, query }) => {
      const { id, owner } = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      const nameOf = await ownerNames(rooms)
      const given = rooms.sessions.copies.list().filter(({ accountId }) => accountId === id)
      return given.map((copy) => {
        const { way, deviceId, deviceName, at: givenAt, lingering } = copy
        const userId = holderIn(copy, owner)
        return {
          way,
          ...(userId === undefined ? {} : { user: nameOf(userId) }),
          ...(deviceId === undefined ? {} : { device: deviceId }),
          ...(deviceName === undefined ? {} : { name: deviceName }),
          givenAt,
          ...(lingering === undefined ? {} : { lingering }),
        }
      })
    },
  }),
  route({
    method: 'DELETE',
    path: '/accounts/:id/copies',
    summary: 'End the copies of its sessions, by ending these here and telling the site; no device keeps others',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    answer: z
      .object({ ended: z.boolean().meta({ description: 'False: the site did not end all of it, and the copies that are listed still are good there.' }) })
      .meta({ examples: [{ ended: true }] }),
    handle: async ({ rooms, principal, params, query }) => ({
      ended: await endCopies(rooms, await checkAccount(rooms, principal, 'manage', { ...params, ...query })),
    }),
  }),
  route({
    method: 'GET',
    path: '/copies',
    summary: 'The live sessions of which this device may keep a copy; for a device that shows its certificate',
    access: 'known',
    answer: z
      .array(
        z.object({
          account: z.string(),
          site: z.string(),
          landingUrl: z.string(),
          origins: z.array(z.string()),
          delivery: z.enum(['attach', 'handoff']),
          cookies: z.array(handedCookie),
          headers: z.array(z.object({ name: z.string(), value: z.string() })),
        }),
      )
      .meta({ examples: [[]] }),
    handle: ({ rooms, principal, request }) => {
      if (principal.kind !== 'device' || request.certified === undefined)
        throw new RelayError('forbidden', { params: { reason: 'copies are for a device that shows its certificate' } })
      return copiesFor(rooms, principal)
    },
  }),
]
