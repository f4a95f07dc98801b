import type { Account } from '../accounts/index.ts'
import type { AccountDecision, Grants } from '../control/index.ts'
import { RelayError } from '../errors.ts'
import type { DevicePrincipal } from './device-credentials.ts'

/** What allows this device to use an account, from this address. `forbidden`, `grant_refused`. */
export async function checkUse(
  grants: Pick<Grants, 'may'>,
  principal: DevicePrincipal,
  account: Account,
  address: string | undefined,
): Promise<AccountDecision> {
  const decision = await grants.may(principal, 'use', account, address)
  if (decision.allowed) return decision
  throw new RelayError(decision.grant === undefined ? 'forbidden' : 'grant_refused', { params: { reason: decision.reason } })
}
