import { z } from 'zod'
import { attentionError } from '../../../sessions/index.ts'
import { checkAccount } from '../../access.ts'
import { accountParams, emptyBody, ownerQuery, time } from '../fields.ts'
import { route } from '../route.ts'
import { rotationLines } from './sign-in-lines.ts'

const versionAnswer = z.object({
  version: z.int(),
  username: z.string(),
  storedAt: time,
  endedAt: time.optional(),
  cause: z.enum(['added', 'replaced', 'rotated', 'changed', 'reverted', 'registered']),
  state: z.enum(['present', 'pending', 'previous', 'unproved']).meta({ description: '`unproved`: no sign-in has shown that the site took it.' }),
})

const versionsAnswer = z.array(versionAnswer).meta({
  examples: [
    [
      { version: 2, username: 'ann', storedAt: 1_760_000_100_000, cause: 'rotated' as const, state: 'present' as const },
      { version: 1, username: 'ann', storedAt: 1_760_000_000_000, endedAt: 1_760_000_100_000, cause: 'added' as const, state: 'previous' as const },
    ],
  ],
})

const policy = z.strictObject({
  everyDays: z.int().min(1).max(3650).optional().meta({ description: 'When the present password is as many days old.' }),
  afterUse: z.boolean().optional().meta({ description: 'After each session, when it has ended.' }),
})

/** The life of an account's password: versions, rotation. Values are never told. */
export const credentialRoutes = [
  route({
    method: 'GET',
    path: '/accounts/:id/versions',
    summary: 'The versions of its credential, newest first; no values',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    answer: versionsAnswer,
    handle: async ({ rooms, principal, params, query }) => {
      const { id } = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      return rooms.accounts.versions(id)
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/revert',
    summary: 'Make a previous version the present one again; at the site nothing changes',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    body: z
      .strictObject({ version: z.int().min(1).optional().meta({ description: 'Default: the latest that worked.' }) })
      .nullish()
      .meta({ examples: [{ version: 1 }] }),
    answer: versionsAnswer,
    handle: async ({ rooms, principal, params, query, body }) => {
      const { id } = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      await rooms.accounts.revert(id, body?.version)
      return rooms.accounts.versions(id)
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/confirm',
    summary: 'Say that the credential which the site refused is right: it may be sent once more',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    body: emptyBody,
    answer: versionsAnswer,
    handle: async ({ rooms, principal, params, query }) => {
      const account = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      const { id, attention } = account
      // It would stay untouched all the same, until that is lifted.
      if (attention?.reason === 'frozen') throw attentionError(account, attention)
      await rooms.accounts.confirm(id)
      return rooms.accounts.versions(id)
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/rotate',
    summary: 'Give it a new password at its site now; a line of JSON for every step, as for a sign-in, and `password` says what became of it',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    body: emptyBody,
    answer: { type: 'application/x-ndjson', description: 'Session events, one a line.' },
    handle: async ({ rooms, principal, params, query }) => {
      const account = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      return rotationLines(rooms.sessions, account)
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/rotation',
    summary: 'When the relay gives it a new password by itself; an empty policy: never',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    body: policy.meta({ examples: [{ everyDays: 30 }] }),
    answer: policy.meta({ examples: [{ everyDays: 30 }] }),
    handle: async ({ rooms, principal, params, query, body: { everyDays, afterUse } }) => {
      const { id } = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      const wanted = { ...(everyDays === undefined ? {} : { everyDays }), ...(afterUse === true ? ({ afterUse } as const) : {}) }
      const { rotation = {} } = await rooms.accounts.setRotation(id, Object.keys(wanted).length === 0 ? undefined : wanted)
      return rotation
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/placeholder',
    summary: "A placeholder for the password, good once and for ten minutes: typed on the site's own sign-in page, the proxy puts the password in its place",
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    body: emptyBody,
    answer: z.object({ username: z.string(), placeholder: z.string(), loginUrl: z.string(), action: z.string(), field: z.string(), expiresAt: time }).meta({
      examples: [
        {
          username: 'ann',
          placeholder: 'lr-PLACEHOLDER',
          loginUrl: 'https://erp.example/login',
          action: 'https://erp.example/login',
          field: 'password',
          expiresAt: 1_760_000_600_000,
        },
      ],
    }),
    handle: async ({ rooms, principal, params, query }) => {
      const account = await checkAccount(rooms, principal, 'keep', { ...params, ...query })
      const device = principal.kind === 'device' ? principal.device.id : undefined
      const { username, placeholder, site, form, expiresAt } = await rooms.sessions.pageSignIns.begin(account.id, device)
      return { username, placeholder, loginUrl: site.loginUrl, action: form.action.href, field: form.field, expiresAt }
    },
  }),
]
