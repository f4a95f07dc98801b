import type { Account } from '../../accounts/index.ts'
import type { Principal } from '../../identity/index.ts'
import type { AccountDecision, Action } from '../actions.ts'
import type { Grant, Grantee, GrantTerms, LendingChange, LentAccount } from './contract.ts'
import type { LendingFacts } from './decide-lent.ts'
import type { Groups } from './groups.ts'
import type { Requests } from './requests.ts'

/** Who lends what to whom. */
export interface Grants {
  start(): Promise<void>
  stop(): Promise<void>
  readonly requests: Requests
  readonly groups: Groups
  /**
   * May this principal do this with this account, from this address? From memory, and remembered until something changes or the time comes at
   * which it may: asked for every proxied request of a lent account. A promise where a place must be looked up first.
   */
  may(principal: Principal, action: Action, account: Account, address: string | undefined): AccountDecision | Promise<AccountDecision>
  /** What others lend to this principal, or lent until lately; in order of name. From memory. */
  lentTo(principal: Principal): readonly LentAccount[]
  /** Every name of the place where an address is. None: nobody knows. */
  placesOf(address: string): Promise<readonly string[]>
  /** Of these, those of which not every grant was revoked or has run out. */
  lentNow(principal: Principal): readonly LentAccount[]
  /** What `may` goes by, for a user who asks then, from this address, at these places. */
  facts(userId: string, account: Account, asked: Pick<LendingFacts, 'now' | 'address' | 'places'>): LendingFacts
  /** `by`: the file or the request it comes from. `bad_request` for terms that do not fit, or to lend an account to its owner. In force when durable. */
  add(account: Account, to: Grantee, terms: GrantTerms, by?: Pick<Grant, 'file' | 'request'>): Promise<Grant>
  /** False: there is none, or it was revoked before. In force at once, and until that is durable it can be asked for once more (law 7). */
  revoke(id: string): Promise<boolean>
  /** Without a trace: a file that is gone, an account that is gone. */
  remove(id: string): Promise<boolean>
  get(id: string): Grant | undefined
  /** Oldest first. */
  list(filter?: { readonly accountId?: string; readonly owner?: string }): readonly Grant[]
  /** After any change of grants, groups or requests. Returns the way to stop. */
  onChanged(listener: (change: LendingChange) => void): () => void
}
