import type { Account } from '../accounts/index.ts'
import type { Principal } from '../identity/index.ts'

/** What can be asked of an account. */
export type Action =
  /** Open, use through the proxy, claim. */
  | 'use'
  /** End its session at the site. */
  | 'end'
  /** Replace its secrets, rename, remove. */
  | 'manage'

export interface Decision {
  readonly allowed: boolean
  /** Which rule decided, in words a person can read. */
  readonly reason: string
}

/** May this principal do this with this account? Ownership decides; the local administrator may manage and use on the machine itself. */
export function decide(principal: Principal, action: Action, account: Account): Decision {
  if (principal.kind === 'local') return { allowed: true, reason: 'the holder of the data directory runs this relay' }
  if (principal.user.id !== account.owner) return { allowed: false, reason: 'the account belongs to someone else' }
  if (principal.kind === 'device' && action === 'manage') {
    return { allowed: false, reason: 'a device uses accounts; changing them takes the portal' }
  }
  return { allowed: true, reason: 'you own this account' }
}
