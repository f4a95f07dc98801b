import type { Grant } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import type { Principal } from '../../identity/index.ts'
import { checkAccount } from '../access.ts'
import type { Rooms } from '../rooms.ts'

/** A grant of this principal's own; another's is one that does not exist. */
export async function loadGrant(rooms: Rooms, principal: Principal, id: string): Promise<Grant> {
  const grant = rooms.grants.get(id)
  if (grant === undefined) throw unknownGrant()
  await checkAccount(rooms, principal, 'manage', { id: grant.accountId }).catch(() => {
    throw unknownGrant()
  })
  return grant
}

/** `not_found`: there is none, or it is another's. */
export function unknownGrant(): RelayError {
  return new RelayError('not_found', { params: { what: 'such grant' } })
}
