import { z } from 'zod'
import { type NoticeGroup, noticeGroups } from '../../../control/notices/index.ts'
import { checkOwnSignIn } from '../../access.ts'
import { route } from '../route.ts'

const groups = z
  .array(z.enum(noticeGroups as [NoticeGroup, ...NoticeGroup[]]))
  .max(noticeGroups.length)
  .meta({ description: '`use`: what is done with your accounts; `attention`: what waits for you; `door`: your sign-in here, and your devices.' })
export const mailAddress = z.email({ error: 'must be an address of mail' }).max(254)
const url = z.string().min(1).max(2000)

/** Where one's own notices go, beside the portal. */
export const noticeDeliveryRoutes = [
  route({
    method: 'GET',
    path: '/me/notices',
    summary: 'Where your notices go',
    access: 'person',
    answer: z
      .object({
        mail: z.object({ address: z.string(), groups }).optional(),
        webhook: z.object({ url: z.string(), groups }).optional(),
        can: z.object({ mail: z.boolean(), webhook: z.boolean() }).meta({ description: 'What this relay is set up for.' }),
      })
      .meta({ examples: [{ mail: { address: 'ann@example.com', groups: ['door'] }, can: { mail: true, webhook: true } }] }),
    handle: ({ rooms, principal }) => rooms.notices.delivery(checkOwnSignIn(principal).user.id),
  }),
  route({
    method: 'POST',
    path: '/me/notices/mail',
    summary: 'Have notices sent by mail',
    access: 'person',
    fresh: true,
    body: z.strictObject({ address: mailAddress, groups: groups.default([...noticeGroups]) }).meta({ examples: [{ address: 'ann@example.com' }] }),
    handle: ({ rooms, principal, body }) => rooms.notices.setMail(checkOwnSignIn(principal).user.id, body),
  }),
  route({
    method: 'DELETE',
    path: '/me/notices/mail',
    summary: 'No more notices by mail',
    access: 'person',
    fresh: true,
    handle: ({ rooms, principal }) => rooms.notices.setMail(checkOwnSignIn(principal).user.id, undefined),
  }),
  route({
    method: 'POST',
    path: '/me/notices/webhook',
    summary: 'Have notices sent to an address of yours, signed in the way of Standard Webhooks; the secret is told once',
    access: 'person',
    fresh: true,
    body: z.strictObject({ url, groups: groups.default([...noticeGroups]) }).meta({ examples: [{ url: 'https://hooks.example.com/relay' }] }),
    answer: z.object({ secret: z.string() }).meta({ examples: [{ secret: 'whsec_b64' }] }),
    handle: async ({ rooms, principal, body }) => ({ secret: await rooms.notices.setWebhook(checkOwnSignIn(principal).user.id, body) }),
  }),
  route({
    method: 'DELETE',
    path: '/me/notices/webhook',
    summary: 'No more notices by webhook',
    access: 'person',
    fresh: true,
    handle: async ({ rooms, principal }) => void (await rooms.notices.setWebhook(checkOwnSignIn(principal).user.id, undefined)),
  }),
]
