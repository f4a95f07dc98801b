import type { Account } from '../../accounts/index.ts'
import type { Grant, Grantee, GrantTerms } from '../../control/index.ts'
import type { Principal } from '../../identity/index.ts'
import type { Rooms } from '../rooms.ts'
import { tellLent } from './tell-lending.ts'

/** Lends an account that the principal was found to manage. */
export async function lend(rooms: Rooms, principal: Principal, account: Account, to: Grantee, terms: GrantTerms): Promise<Grant> {
  const grant = await rooms.grants.add(account, to, terms)
  await tellLent(rooms, grant, 'lends you', lender(principal))
  return grant
}

/** False: it was taken back before. */
export async function takeBack(rooms: Rooms, principal: Principal, grant: Grant): Promise<boolean> {
  const isDone = await rooms.grants.revoke(grant.id)
  if (isDone) await tellLent(rooms, grant, 'takes back from you', lender(principal))
  return isDone
}

function lender({ kind }: Principal): 'owner' | 'who runs the relay' {
  return kind === 'local' ? 'who runs the relay' : 'owner'
}
