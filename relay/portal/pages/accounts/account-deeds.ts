import type { FastifyInstance } from 'fastify'
import { isRelayError } from '../../../errors.ts'
import { checkAccount, isOwnOf } from '../../access.ts'
import { accountState } from '../../accounts/account-state.ts'
import { copiesLinger } from '../../accounts/copy-rule.ts'
import { signInSoon } from '../../accounts/sign-in-soon.ts'
import { patience, type Rooms } from '../../rooms.ts'
import { leave } from '../leaving-page.ts'
import { takeForm } from '../page-route.ts'

/** What the buttons of an account do. */
export function accountDeeds(app: FastifyInstance, rooms: Rooms): void {
  takeForm(app, rooms, '/accounts/:id/open', {}, async ({ principal, params, request }) => {
    const account = await checkAccount(rooms, principal, 'use', { id: params.id ?? '' })
    const session = await signInSoon(rooms, account.id).catch(onlyOutcomes)
    if (session === undefined) return { goTo: `/${isOwnOf(principal, account) ? 'accounts' : 'lent'}/${account.id}?open=1` }
    const { value } = await rooms.sessions.tickets.issue(account.id, principal.user.id)
    return leave(rooms, { session, principal, ticket: value, request })
  })

  takeForm(app, rooms, '/accounts/:id/sign-in', {}, async ({ principal, params }) => {
    const account = await checkAccount(rooms, principal, 'use', { id: params.id ?? '' })
    const isOwn = isOwnOf(principal, account)
    // Who borrows it does not end the session that its owner uses.
    await signInSoon(rooms, account.id, { fresh: isOwn, seconds: 0.3 }).catch(onlyOutcomes)
    return { goTo: `/${isOwn ? 'accounts' : 'lent'}/${account.id}` }
  })

  takeForm(app, rooms, '/accounts/:id/confirm', {}, async ({ principal, params }) => {
    const account = await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' })
    await rooms.accounts.confirm(account.id)
    await signInSoon(rooms, account.id, { fresh: true, seconds: 0.3 }).catch(onlyOutcomes)
    return { goTo: `/accounts/${account.id}` }
  })

  takeForm(app, rooms, { path: '/accounts/:id/unfreeze', freshFrom: '/' }, {}, async ({ principal, params }) => {
    const account = await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' })
    await rooms.accounts.unfreeze(account.id)
    return { goTo: `/accounts/${account.id}?done=unfrozen` }
  })

  takeForm(app, rooms, '/accounts/:id/end', {}, async ({ principal, params }) => {
    const account = await checkAccount(rooms, principal, 'end', { id: params.id ?? '' })
    const { state } = accountState(account, rooms.sessions, patience(rooms))
    const ended = await rooms.sessions.end(account.id)
    const underWay = state === 'signing-in' || state === 'asking'
    if (copiesLinger(rooms, [account.id])) return { goTo: '/?done=ended-lingers' }
    return { goTo: `/?done=${underWay ? 'stopped' : ended ? 'ended' : 'not-live'}` }
  })

  takeForm(app, rooms, '/accounts/:id/remove', {}, async ({ principal, params }) => {
    const account = await checkAccount(rooms, principal, 'manage', { id: params.id ?? '' })
    await rooms.accounts.removeAccount(account.id)
    return { goTo: '/?done=account-removed' }
  })
}

/** How a sign-in ended is told on the account's own page, with its steps; anything else is an error. */
function onlyOutcomes(error: unknown): undefined {
  if (!isRelayError(error, 'login_failed') && !isRelayError(error, 'needs_attention')) throw error
}
