import { z } from 'zod'
import { type Account, keepAliveOf } from '../../../accounts/index.ts'
import { isPaired, isWithinPairing } from '../../../control/index.ts'
import { RelayError } from '../../../errors.ts'
import { checkAccount, checkActsFor, isOwnOf, listedOwner, ownerOf } from '../../access.ts'
import { accountState } from '../../accounts/account-state.ts'
import { copiesLinger as linger } from '../../accounts/copy-rule.ts'
import { secretsOf } from '../../accounts/secrets-of.ts'
import { ownerNames } from '../../lending/owner-names.ts'
import { patience, type Rooms } from '../../rooms.ts'
import { accountView, pairedAccountView } from '../../views.ts'
import { accountParams, copiesLinger, emptyBody, listQuery, name, ownerQuery, time } from '../fields.ts'
import { route } from '../route.ts'
import { denyPaths } from './deny-path-routes.ts'
import { keepAlivePolicy } from './keep-alive-routes.ts'
import { signInLines } from './sign-in-lines.ts'

const accountAnswer = z.object({
  id: z.string(),
  name: z.string(),
  site: z.string(),
  owner: z.string(),
  username: z.string().optional().meta({ description: 'Not told to a paired terminal.' }),
  createdAt: time,
  state: z.enum(['signed-in', 'signing-in', 'asking', 'needs-attention', 'failed', 'signed-out']),
  since: time.optional(),
  reason: z.string().optional(),
  seen: z.array(z.string()).optional().meta({ description: 'What was seen at the site when it failed.' }),
  next: z.string().optional().meta({ description: 'What the person can do now, where it failed.' }),
  challenge: z.string().optional().meta({ description: 'The question that waits for a person.' }),
  rotation: z
    .object({ everyDays: z.int().optional(), afterUse: z.boolean().optional() })
    .optional()
    .meta({ description: 'When the relay gives it a new password.' }),
  lastUsedAt: time.optional().meta({ description: 'When a client used the session last.' }),
  keepAlive: keepAlivePolicy.optional().meta({ description: 'How the relay holds its session open.' }),
  keptUntil: time.optional().meta({ description: 'Until when it is held open if nobody uses it.' }),
  denyPaths: denyPaths.optional().meta({ description: 'Paths that clients are kept off with it, besides those of the site.' }),
  copies: z.object({ attached: z.boolean() }).optional().meta({ description: "Its owner's devices may keep copies of its session." }),
  unfinished: time.optional().meta({ description: 'Since when a change of the password is unfinished: the next sign-in finds out which one works.' }),
})

const example = {
  id: '5d2e',
  name: 'erp',
  site: 'erp',
  owner: 'ann',
  username: 'ann@example.com',
  createdAt: 1_760_000_000_000,
  state: 'signed-in' as const,
  since: 1_760_000_100_000,
}

const wantedAccount = z
  .strictObject({
    site: name,
    user: name.optional().meta({ description: 'Whose account it is: for the local administrator.' }),
    username: z.string().min(1).max(500),
    password: z.string().min(1).max(4096),
    totp: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .meta({ description: 'The key of its authenticator app: an otpauth:// address, or the key in letters and digits.' }),
    answers: z
      .record(z.string().min(1).max(500), z.string().min(1).max(4096))
      .optional()
      .meta({ description: 'Answers to security questions, by the text of the question.' }),
    name: name.optional().meta({ description: "Its name here; default: the site's id." }),
    replace: z.boolean().optional().meta({ description: 'Give the account that is there this credential.' }),
  })
  .meta({ examples: [{ site: 'erp', username: 'ann@example.com', password: 'the password at the site' }] })

/** The accounts people have at sites. Each sees his own; the local administrator sees all, and no secret of any. */
export const accountRoutes = [
  route({
    method: 'GET',
    path: '/accounts',
    summary: 'List your accounts and how they stand',
    access: 'known',
    paired: true,
    query: listQuery,
    answer: z.array(accountAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms, principal, query }) => {
      const owner = await listedOwner(rooms, principal, query.user)
      const view = await accountViewer(rooms, isPaired(principal) ? pairedAccountView : accountView)
      return rooms.accounts
        .listAccounts(owner === undefined ? {} : { owner })
        .filter(({ id }) => isWithinPairing(principal, id))
        .map(view)
    },
  }),
  route({
    method: 'POST',
    path: '/accounts',
    summary: 'Store the credential of an account, or replace it',
    access: 'person',
    fresh: true,
    body: wantedAccount,
    status: 201,
    answer: accountAnswer.meta({ examples: [example] }),
    handle: async ({ rooms, principal, body }) => {
      const owner = await checkActsFor(rooms, principal, body.user)
      const account = await rooms.accounts.addAccount({
        owner: owner.id,
        siteId: body.site,
        username: body.username,
        secrets: secretsOf(body),
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.replace === undefined ? {} : { replace: body.replace }),
      })
      return (await accountViewer(rooms))(account)
    },
  }),
  route({
    method: 'GET',
    path: '/accounts/:id',
    summary: 'One account and how it stands',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    answer: accountAnswer.meta({ examples: [example] }),
    handle: async ({ rooms, principal, params, query }) => {
      const account = await checkAccount(rooms, principal, 'keep', { ...params, ...query })
      return (await accountViewer(rooms))(account)
    },
  }),
  route({
    method: 'DELETE',
    path: '/accounts/:id',
    summary: 'Forget an account: its session is ended, its credential destroyed',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    handle: async ({ rooms, principal, params, query }) => {
      const { id } = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      await rooms.accounts.removeAccount(id)
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/login',
    summary: 'Sign in now; a line of JSON for every step, the last one `signed-in` or `failed`',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    body: emptyBody,
    answer: { type: 'application/x-ndjson', description: 'Session events, one a line.' },
    handle: async ({ rooms, principal, params, query }) => {
      const account = await checkAccount(rooms, principal, 'use', { ...params, ...query })
      return signInLines(rooms.sessions, account, { isOwn: isOwnOf(principal, account) })
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/logout',
    summary: 'End the session here, and tell the site',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    body: emptyBody,
    answer: z.object({ ended: z.boolean(), copiesLinger }).meta({ examples: [{ ended: true, copiesLinger: false }] }),
    handle: async ({ rooms, principal, params, query }) => {
      const { id } = await checkAccount(rooms, principal, 'end', { ...params, ...query })
      const ended = await rooms.sessions.end(id)
      return { ended, copiesLinger: linger(rooms, [id]) }
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/unfreeze',
    summary: 'Lift the freeze of an account whose owner said that a use of it was not theirs',
    access: 'known',
    fresh: true,
    params: accountParams,
    query: ownerQuery,
    body: emptyBody,
    answer: accountAnswer.meta({ examples: [example] }),
    handle: async ({ rooms, principal, params, query }) => {
      const { id } = await checkAccount(rooms, principal, 'manage', { ...params, ...query })
      return (await accountViewer(rooms))(await rooms.accounts.unfreeze(id))
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/open',
    summary: 'A handoff link, good once and for a short time, for you; from the local administrator, for the owner of the account',
    access: 'known',
    paired: true,
    params: accountParams,
    query: ownerQuery,
    body: emptyBody,
    answer: z
      .object({ link: z.string(), expiresAt: time })
      .meta({ examples: [{ link: 'http://127.0.0.1:8470/handoff/TICKET', expiresAt: 1_760_000_000_000 }] }),
    handle: async ({ rooms, principal, params, query }) => {
      const account = await checkAccount(rooms, principal, 'use', { ...params, ...query })
      const { value, expiresAt } = await rooms.sessions.tickets.issue(account.id, ownerOf(principal) ?? account.owner)
      return { link: `${rooms.url()}/handoff/${value}`, expiresAt }
    },
  }),
  route({
    method: 'GET',
    path: '/accounts/:id/gateway',
    summary: 'Where the account is at the gateway; it asks the person to sign in to the relay',
    access: 'known',
    params: accountParams,
    query: ownerQuery,
    answer: z.object({ url: z.string() }).meta({ examples: [{ url: 'https://erp.relay.example/' }] }),
    handle: async ({ rooms, principal, params, query }) => {
      const account = await checkAccount(rooms, principal, 'use', { ...params, ...query })
      if (rooms.gateway === undefined) throw new RelayError('gateway_off')
      return { url: rooms.gateway.addressOf(account, !isOwnOf(principal, account)) }
    },
  }),
]

async function accountViewer(
  rooms: Rooms,
  view: (...of: Parameters<typeof accountView>) => ReturnType<typeof accountView | typeof pairedAccountView> = accountView,
) {
  const owners = await ownerNames(rooms)
  return (account: Account) =>
    view(account, owners(account.owner), accountState(account, rooms.sessions, patience(rooms)), keepAliveOf(account, rooms.accounts.site(account.siteId)))
}
