import type { Borrower } from '../control/index.ts'
import type { User } from '../identity/index.ts'

/** This person as he would ask at the portal: for questions about what he may do. */
export function asPerson(user: User): Borrower {
  const session = { id: '', userId: user.id, csrf: '', verifiedAt: 0, createdAt: 0, lastUsedAt: 0, expiresAt: 0, agent: '', address: '' }
  return { kind: 'portal', user, session }
}
