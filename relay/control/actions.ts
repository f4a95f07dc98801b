import type { Grant } from './grants/contract.ts'
import type { Decision } from './rule.ts'

/** What can be asked of an account. */
export type Action =
  /** Open, use through the proxy, claim. */
  | 'use'
  /** What its owner does and who borrowed it does not: look at its user name, sign in by hand, have the relay learn by it. */
  | 'keep'
  /** End its session at the site. */
  | 'end'
  /** Replace its secrets, rename, lend, remove. */
  | 'manage'

/** A decision about an account, with the grant that it goes by. */
export interface AccountDecision extends Decision {
  readonly grant?: Grant
  /** By further grants that say yes, the wider first: what the terms of this one refuse may go by one of them. */
  readonly others?: readonly AccountDecision[]
}
