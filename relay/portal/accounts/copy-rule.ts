import type { Account } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import type { GivenCopy } from '../../sessions/index.ts'
import type { Rooms } from '../rooms.ts'

/** Whether its owner's devices may keep copies of an account's session. `bad_request`: the site keeps cookies in the relay, and nobody said `attached`. */
export async function setCopyRule(rooms: Pick<Rooms, 'accounts'>, { id, siteId }: Account, allowed: boolean, attached: boolean): Promise<Account> {
  if (!allowed && attached) throw new RelayError('bad_request', { params: { problem: 'attached goes with allowed' } })
  if (allowed && !attached && rooms.accounts.site(siteId)?.delivery === 'attach')
    throw new RelayError('bad_request', {
      params: { problem: "the site's delivery is attach, which keeps the cookies in the relay: say attached to copy them all the same" },
    })
  return rooms.accounts.setCopies(id, allowed ? { attached } : undefined)
}

/** The user who has it; undefined: who runs the relay. Older relays wrote none down, and gave copies to the owner's devices alone. */
export function holderIn({ userId, way }: GivenCopy, owner: string): string | undefined {
  return userId ?? (way === 'kept' ? owner : undefined)
}

/** Sessions of these accounts have ended here and not at their site, for all that is known: copies of them are good there still (law 7). */
export function copiesLinger({ sessions }: Pick<Rooms, 'sessions'>, accountIds: readonly string[]): boolean {
  return sessions.copies.list().some(({ accountId, lingering }) => lingering !== undefined && accountIds.includes(accountId))
}

/**
 * Ends what copies there are: its session is ended, by which they are worth nothing, and no device keeps others. True: none is known to be good at the
 * site; false: what the relay lists still is good there.
 */
export async function endCopies({ accounts, sessions }: Pick<Rooms, 'accounts' | 'sessions'>, { id }: Account): Promise<boolean> {
  // The session ends though the rule could not be written (law 7).
  const results = await Promise.allSettled([accounts.setCopies(id, undefined), sessions.end(id)])
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return !sessions.copies.list().some(({ accountId }) => accountId === id)
}
