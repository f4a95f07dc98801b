import { z } from 'zod'
import { RelayError } from '../../../errors.ts'
import { checkAccount } from '../../access.ts'
import { setCopyRule } from '../../accounts/copy-rule.ts'
import { copiesFor } from '../../accounts/session-copies.ts'
import { accountParams, ownerQuery } from '../fields.ts'
import { route } from '../route.ts'
import { handedCookie } from '../sessions/ticket-routes.ts'

const rule = z.strictObject({
  allowed: z.boolean(),
  attached: z.boolean().optional().meta({ description: "Also while the site's delivery is `attach`, which else keeps the cookies in the relay." }),
})

/** Copies of sessions that an owner's devices keep for the time when no relay can be reached. */
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
