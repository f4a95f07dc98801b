import { type Account, type KeepAlivePolicy, keepAliveOf, type Site } from '../../accounts/index.ts'

/** What is known of an account's live session. Milliseconds since 1970. */
export interface KeepAliveFacts {
  readonly account: Account | undefined
  readonly site: Site | undefined
  readonly now: number
  readonly lastUsedAt: number
  /** A request or WebSocket of a client is under way. */
  readonly isInUse: boolean
  /** Undefined: never. */
  readonly lastPingAt: number | undefined
  /** A sign-in or the like is under way. */
  readonly isBusy: boolean
}

/** Why no ping is sent now. */
export type Rest =
  | 'off'
  /** Law 3: it stays untouched. */
  | 'needs-attention'
  | 'busy'
  /** Nobody has used it for as long as its owner allows. */
  | 'limit'
  /** The site was asked for something not long ago. */
  | 'not-yet'

/** The policy by which a ping is due now, or why none is. */
export function whenDue({ account, site, now, lastUsedAt, isInUse, lastPingAt, isBusy }: KeepAliveFacts): KeepAlivePolicy | Rest {
  const policy = account && keepAliveOf(account, site)
  if (account === undefined || policy === undefined) return 'off'
  if (account.attention !== undefined) return 'needs-attention'
  if (isBusy) return 'busy'
  if (!isInUse && now >= keptUntil(policy, lastUsedAt)) return 'limit'
  const contact = Math.max(lastUsedAt, lastPingAt ?? 0)
  return now - contact < policy.everyMinutes * 60_000 ? 'not-yet' : policy
}

/** Until when a session is held open that is not used again. */
export function keptUntil({ hours }: KeepAlivePolicy, lastUsedAt: number): number {
  return lastUsedAt + hours * 3_600_000
}
