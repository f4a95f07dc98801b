import { z } from 'zod'
import { type NoticeKind, noticeKinds, noticeView } from '../../../control/notices/index.ts'
import { RelayError } from '../../../errors.ts'
import { checkActsFor } from '../../access.ts'
import { disown } from '../../security/disown.ts'
import { copiesLinger, idParams, name, time } from '../fields.ts'
import { route } from '../route.ts'

const named = z.object({ id: z.string(), name: z.string().optional() })

const noticeAnswer = z.object({
  id: z.string(),
  kind: z.enum(noticeKinds as [NoticeKind, ...NoticeKind[]]),
  title: z.string().meta({ description: 'What happened, in a line.' }),
  at: time,
  account: named.optional(),
  site: z.string().optional(),
  device: named.optional(),
  by: z.object({ kind: z.enum(['user', 'device', 'local', 'relay', 'unknown']), name: z.string().optional() }).optional(),
  from: z.object({ address: z.string().optional(), agent: z.string().optional() }).optional(),
  isNew: z.boolean().optional().meta({ description: 'From a browser or an address that you have not been seen with.' }),
  text: z.string().optional(),
  count: z.int().optional().meta({ description: 'So many of them are told as one.' }),
  lastAt: time.optional(),
  readAt: time.optional(),
  disownedAt: time.optional().meta({ description: 'When you said that it was not you.' }),
})

const example = {
  id: '17-mfz1',
  kind: 'account-used' as const,
  title: 'An account was used',
  at: 1_760_000_000_000,
  account: { id: '5d2e', name: 'erp' },
  site: 'erp',
  device: { id: '7f31', name: 'laptop' },
  by: { kind: 'device' as const, name: 'ann' },
  from: { address: '192.0.2.7', agent: 'curl/8.5.0' },
}

const whose = z.strictObject({ user: name.optional().meta({ description: 'Whose notices: for the local administrator.' }) })

/** What was done with what is yours. */
export const noticeRoutes = [
  route({
    method: 'GET',
    path: '/notices',
    summary: 'Your notices, newest first',
    access: 'person',
    query: whose.extend({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.string().max(100).optional().meta({ description: 'Only those older than this one.' }),
      unread: z.enum(['true', 'false']).optional(),
    }),
    answer: z.object({ unread: z.int(), notices: z.array(noticeAnswer) }).meta({ examples: [{ unread: 1, notices: [example] }] }),
    handle: async ({ rooms, principal, query }) => {
      const { id } = await checkActsFor(rooms, principal, query.user)
      const { limit, before, unread } = query
      const notices = rooms.notices.list(id, { limit, unread: unread === 'true', ...(before === undefined ? {} : { before }) })
      return { unread: rooms.notices.unread(id), notices: notices.map(noticeView) }
    },
  }),
  route({
    method: 'POST',
    path: '/notices/read',
    summary: 'Mark notices as read; without `ids`, all of them',
    access: 'person',
    body: z.strictObject({ ids: z.array(z.string().max(100)).max(500).optional(), user: name.optional() }).meta({ examples: [{ ids: ['17-mfz1'] }] }),
    answer: z.object({ read: z.int(), unread: z.int() }).meta({ examples: [{ read: 1, unread: 0 }] }),
    handle: async ({ rooms, principal, body }) => {
      const { id } = await checkActsFor(rooms, principal, body.user)
      const read = await rooms.notices.markRead(id, body.ids)
      return { read, unread: rooms.notices.unread(id) }
    },
  }),
  route({
    method: 'POST',
    path: '/notices/:id/not-me',
    summary:
      'It was not you: ends the session at the site, revokes the device, ends the portal session and freezes the account, as far as the notice names them',
    access: 'person',
    params: idParams,
    body: z
      .strictObject({ user: name.optional() })
      .nullish()
      .meta({ examples: [{}] }),
    answer: z
      .object({
        frozen: z.boolean(),
        sessionEnded: z.boolean(),
        copiesLinger,
        deviceRevoked: z.boolean(),
        portalSessionEnded: z.boolean(),
        linkWithdrawn: z.boolean(),
      })
      .meta({ examples: [{ frozen: true, sessionEnded: true, copiesLinger: false, deviceRevoked: true, portalSessionEnded: false, linkWithdrawn: false }] }),
    handle: async ({ rooms, principal, params, body }) => disown(rooms, await checkActsFor(rooms, principal, body?.user), params.id),
  }),
  route({
    method: 'GET',
    path: '/notices/:id',
    summary: 'One of your notices',
    access: 'person',
    params: idParams,
    query: whose,
    answer: noticeAnswer.meta({ examples: [example] }),
    handle: async ({ rooms, principal, params, query }) => {
      const { id } = await checkActsFor(rooms, principal, query.user)
      const notice = rooms.notices.find(id, params.id)
      if (notice === undefined) throw new RelayError('not_found', { params: { what: 'such notice' } })
      return noticeView(notice)
    },
  }),
]
