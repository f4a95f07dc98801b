import { z } from 'zod'
import { type NoticeGroup, noticeGroups, type PushAddress } from '../../../control/notices/index.ts'
import { RelayError } from '../../../errors.ts'
import { checkOwnSignIn } from '../../access.ts'
import { browserName } from '../../caller/browser-name.ts'
import { idParams, time } from '../fields.ts'
import { route } from '../route.ts'

const groups = z
  .array(z.enum(noticeGroups as [NoticeGroup, ...NoticeGroup[]]))
  .max(noticeGroups.length)
  .meta({ description: '`use`: what is done with your accounts; `attention`: what waits for you; `door`: your sign-in here, and your devices.' })
export const mailAddress = z.email({ error: 'must be an address of mail' }).max(254)
const url = z.string().min(1).max(2000)
const service = z.string().meta({ description: 'The host of the push service that the browser chose.' })

/** What a browser gives out when it subscribes: `PushSubscription.toJSON()` of the Push API. Both keys in base64url, without padding. */
export const pushSubscription = z.object({
  endpoint: url,
  keys: z.object({ p256dh: z.string().regex(/^[\w-]{87}$/, 'must be a public key'), auth: z.string().regex(/^[\w-]{22}$/, 'must be a secret of 16 bytes') }),
})

function addressOf({ endpoint, keys }: z.output<typeof pushSubscription>): PushAddress {
  return { endpoint, ...keys }
}

function renewed(path: string): z.input<typeof pushSubscription> {
  return { endpoint: `https://push.example.com/${path}`, keys: { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) } }
}

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
        asked: z
          .object({ address: z.string(), groups, expiresAt: time })
          .optional()
          .meta({ description: 'An address that gets no notices before the code that was sent there is typed.' }),
        webhook: z.object({ url: z.string(), groups }).optional(),
        browsers: z.array(z.object({ id: z.string(), name: z.string(), addedAt: time, groups, service })),
        can: z.object({ mail: z.boolean(), webhook: z.boolean(), push: z.boolean() }).meta({ description: 'What this relay is set up for.' }),
        pushKey: z.string().meta({ description: 'The `applicationServerKey` with which a browser subscribes.' }),
      })
      .meta({
        examples: [
          {
            mail: { address: 'ann@example.com', groups: ['door'] },
            browsers: [{ id: 'w5v8', name: 'Firefox on Linux', addedAt: 1_760_000_000_000, groups: ['door'], service: 'push.example.com' }],
            can: { mail: true, webhook: true, push: true },
            pushKey: 'BP4z',
          },
        ],
      }),
    handle: ({ rooms, principal }) => rooms.notices.delivery(checkOwnSignIn(principal).user.id),
  }),
  route({
    method: 'POST',
    path: '/me/notices/mail',
    summary: 'Have notices sent by mail; an address that is not confirmed is sent a code first, and nothing else until then',
    access: 'person',
    fresh: true,
    body: z.strictObject({ address: mailAddress, groups: groups.default([...noticeGroups]) }).meta({ examples: [{ address: 'ann@example.com' }] }),
    handle: ({ rooms, principal, body }) => rooms.notices.setMail(checkOwnSignIn(principal).user.id, body),
  }),
  route({
    method: 'POST',
    path: '/me/notices/mail/confirm',
    summary: 'Confirm an address by the code that was sent there',
    access: 'person',
    fresh: true,
    body: z.strictObject({ code: z.string().max(100) }).meta({ examples: [{ code: '1234 5678' }] }),
    handle: ({ rooms, principal, body }) => rooms.notices.confirmMail(checkOwnSignIn(principal).user.id, body.code),
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
  route({
    method: 'POST',
    path: '/me/notices/browsers',
    summary: 'Have notices shown by a browser that has subscribed with `pushKey` (Web Push); the same one again changes its groups',
    access: 'person',
    fresh: true,
    status: 201,
    body: z
      .strictObject({ subscription: pushSubscription, groups: groups.default([...noticeGroups]) })
      .meta({ examples: [{ subscription: { endpoint: 'https://push.example.com/JzLQ3raZJfFB', keys: { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) } } }] }),
    answer: z.object({ id: z.string() }).meta({ examples: [{ id: 'w5v8' }] }),
    handle: async ({ rooms, principal, body: { subscription, groups }, request }) => {
      const { endpoint, keys } = subscription
      const name = browserName(request.headers['user-agent'] ?? '')
      return { id: await rooms.notices.addBrowser(checkOwnSignIn(principal).user.id, { endpoint, ...keys, name, groups }) }
    },
  }),
  route({
    method: 'POST',
    path: '/notices/browsers/renew',
    summary:
      'For a browser whose push service has given it another address, while no page of the portal is open: it proves itself by the one before; for each person every ten seconds at most, and twenty times a day',
    access: 'anyone',
    body: z.strictObject({ before: pushSubscription, after: pushSubscription }).meta({ examples: [{ before: renewed('a'), after: renewed('b') }] }),
    answer: z.object({ id: z.string() }).meta({ examples: [{ id: 'w5v8' }] }),
    handle: async ({ rooms, body }) => {
      const [before, after] = [addressOf(body.before), addressOf(body.after)]
      const owner = rooms.notices.ownerOfBrowser(before)
      const user = owner === undefined ? undefined : await rooms.identity.findUser(owner)
      if (owner === undefined || user === undefined || user.disabledAt !== undefined) throw new RelayError('not_found', { params: { what: 'such browser' } })
      // Before it is recorded, as each try is.
      rooms.notices.beginRenewal(owner)
      return { id: await rooms.notices.renewBrowser(owner, before, after) }
    },
  }),
  route({
    method: 'DELETE',
    path: '/me/notices/browsers/:id',
    summary: 'No more notices at this browser',
    access: 'person',
    fresh: true,
    params: idParams,
    handle: async ({ rooms, principal, params }) => {
      if (!(await rooms.notices.removeBrowser(checkOwnSignIn(principal).user.id, params.id)))
        throw new RelayError('not_found', { params: { what: 'such browser' } })
    },
  }),
  route({
    method: 'POST',
    path: '/me/notices/browsers/:id/test',
    summary: 'Send a test notice to this browser, every ten seconds at most, and say whether its push service took it',
    access: 'person',
    params: idParams,
    handle: ({ rooms, principal, params }) => rooms.notices.testBrowser(checkOwnSignIn(principal).user.id, params.id),
  }),
]
