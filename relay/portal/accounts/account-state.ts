import type { FailureKind } from '../../../adapters/index.ts'
import type { Account, Attention } from '../../accounts/index.ts'
import { nextAfter, type SessionEvent, type Sessions } from '../../sessions/index.ts'

/** How an account stands, as the person sees it. */
export type AccountState =
  | { readonly state: 'signed-in'; readonly since: number; readonly lastUsedAt: number }
  /** A sign-in is under way. */
  | { readonly state: 'signing-in'; readonly since: number }
  /** A sign-in is under way and waits for a person's answer. */
  | { readonly state: 'asking'; readonly challengeId: string; readonly expiresAt: number }
  /** Untouched until a person acts (law 3). */
  | { readonly state: 'needs-attention'; readonly attention: Attention }
  /** The last sign-in failed, by no fault of the credential. */
  | { readonly state: 'failed'; readonly kind: FailureKind; readonly seen: readonly string[]; readonly since: number }
  | { readonly state: 'signed-out' }

/** After so long without a word, a sign-in whose end was not told is taken as over. Milliseconds. */
export interface Patience {
  readonly quietAfter: number
}

export function accountState(account: Account, sessions: Sessions, { quietAfter }: Patience, now = Date.now()): AccountState {
  const challenge = sessions.challenges(account.owner).find((pending) => pending.account.id === account.id)
  if (challenge !== undefined) return { state: 'asking', challengeId: challenge.id, expiresAt: challenge.expiresAt }
  const recent = sessions.recent(account.id)
  const last = recent.at(-1)
  if (last !== undefined && isUnderWay(last) && now - last.at < quietAfter) return { state: 'signing-in', since: recent[0]?.at ?? last.at }
  const live = sessions.live(account.id)
  if (live !== undefined) return { state: 'signed-in', since: live.createdAt, lastUsedAt: live.lastUsedAt }
  if (account.attention !== undefined) return { state: 'needs-attention', attention: account.attention }
  // Refused, and needs attention no more: a person has given another password or said that this one is right, and it was not tried yet.
  if (last?.type === 'failed' && last.kind !== 'wrong-password') return { state: 'failed', kind: last.kind, seen: last.seen, since: last.at }
  return { state: 'signed-out' }
}

/** The state's facts for the API, beside its name. */
export function describeState(state: AccountState, account: Pick<Account, 'name' | 'siteId'>) {
  switch (state.state) {
    case 'signed-in':
      return { since: state.since, lastUsedAt: state.lastUsedAt }
    case 'signing-in':
      return { since: state.since }
    case 'asking':
      return { challenge: state.challengeId }
    case 'needs-attention':
      return { since: state.attention.since, reason: state.attention.reason, seen: [state.attention.seen], next: nextAfter(state.attention.reason, account) }
    case 'failed':
      return { since: state.since, reason: state.kind, seen: state.seen, next: nextAfter(state.kind, account) }
    case 'signed-out':
      return {}
  }
}

export function isUnderWay({ type }: SessionEvent): boolean {
  return type === 'started' || type === 'step' || type === 'challenge'
}
