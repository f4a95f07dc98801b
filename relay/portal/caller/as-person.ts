import type { Borrower } from '../../control/index.ts'
import type { Identity, User } from '../../identity/index.ts'

/** This person as he would ask at the portal: for questions about what he may do. */
export function asPerson(user: User): Borrower {
  const session = { id: '', userId: user.id, csrf: '', verifiedAt: 0, createdAt: 0, lastUsedAt: 0, expiresAt: 0, agent: '', address: '' }
  return { kind: 'portal', user, session }
}

/** This person at the portal, and after that each of his devices. */
export async function asEach({ identity }: { readonly identity: Pick<Identity, 'listDevices'> }, user: User): Promise<readonly [Borrower, ...Borrower[]]> {
  const devices = await identity.listDevices(user.id)
  return [asPerson(user), ...devices.map((device) => ({ kind: 'device' as const, user, device }))]
}
