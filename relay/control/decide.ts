import type { Account } from '../accounts/index.ts'
import type { Principal } from '../identity/index.ts'
import { type Decision, firstMatch, type Rule } from './rule.ts'

/** What can be asked of an account. */
export type Action =
  /** Open, use through the proxy, claim. */
  | 'use'
  /** End its session at the site. */
  | 'end'
  /** Replace its secrets, rename, remove. */
  | 'manage'

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

/** May this principal do this with this account? Ownership decides, whatever the role; the local administrator may all. */
export function decide(principal: Principal, action: Action, account: Account): Decision {
  return firstMatch(accountRules, { principal, action, account })
}
