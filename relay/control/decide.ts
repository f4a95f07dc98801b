import type { Account } from '../accounts/index.ts'
import type { Principal } from '../identity/index.ts'
import type { AccountDecision, Action } from './actions.ts'
import { decideLent, type LendingFacts } from './grants/decide-lent.ts'
import { isPaired, isWithinPairing } from './paired.ts'
import { firstMatch, type Rule } from './rule.ts'

interface Question {
  readonly principal: Principal
  readonly action: Action
  readonly account: Account
}

/** First match decides. The owner's rule stands last, so nothing allows that was not asked about ownership; else: refused. */
export const accountRules: readonly Rule<Question>[] = [
  {
    id: 'local',
    allowed: true,
    reason: 'the holder of the data directory runs this relay',
    matches: ({ principal }) => principal.kind === 'local',
  },
  // Before the owner is asked about: what was lent to the person is lent to his terminal only where he picked it.
  {
    id: 'paired-for-others',
    allowed: false,
    reason: 'this terminal was paired for other accounts',
    matches: ({ principal, account }) => !isWithinPairing(principal, account.id),
  },
  {
    id: 'paired-uses',
    allowed: false,
    reason: 'a paired terminal opens its accounts, and nothing else',
    matches: ({ principal, action }) => isPaired(principal) && action !== 'use',
  },
  {
    id: 'not-owner',
    allowed: false,
    reason: 'the account belongs to someone else',
    matches: ({ principal, account }) => principal.kind === 'local' || principal.user.id !== account.owner,
  },
  {
    id: 'device-manages',
    allowed: false,
    reason: 'a device uses accounts; changing them takes the portal',
    matches: ({ principal, action }) => principal.kind === 'device' && action === 'manage',
  },
  {
    id: 'owner',
    allowed: true,
    reason: 'you own this account',
    matches: ({ principal, account }) => principal.kind !== 'local' && principal.user.id === account.owner,
  },
]

/**
 * May this principal do this with this account? Ownership decides, whatever the role; the local administrator may all. To who does not own
 * it, what was lent to him: for use, and nothing else. `facts` undefined: nothing is lent.
 */
export function decide(principal: Principal, action: Action, account: Account, facts?: LendingFacts): AccountDecision {
  const decision = firstMatch(accountRules, { principal, action, account })
  if (decision.rule !== 'not-owner' || facts === undefined || principal.kind === 'local') return decision
  const lent = decideLent(principal, account, facts)
  if (lent === undefined) return decision
  if (lent.allowed && action !== 'use')
    return { allowed: false, rule: 'lent-for-use', reason: 'it is lent to you for use, and for nothing else', grant: lent.grant }
  return lent
}
