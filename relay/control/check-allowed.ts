import { RelayError } from '../errors.ts'
import type { AccountDecision } from './actions.ts'

/** The same, where it allows. `grant_refused` to whom the account is lent, but not now or not so; `forbidden` to anybody else. `url`: where to ask for it. */
export function checkAllowed(decision: AccountDecision, url?: string): AccountDecision {
  if (decision.allowed) return decision
  const params = { reason: decision.reason }
  if (decision.grant === undefined) throw new RelayError('forbidden', { params })
  throw new RelayError('grant_refused', { params, ...(url === undefined ? {} : { url }) })
}
