import { type AccessRequest, emergencyFrom, type Grant, termLines } from '../../control/index.ts'
import type { Principal } from '../../identity/index.ts'
import type { Rooms } from '../rooms.ts'
import { ownerNames } from './owner-names.ts'

/** A grant as it is told to people. */
export async function grantViewer(rooms: Pick<Rooms, 'identity' | 'accounts'>) {
  const names = await ownerNames(rooms)
  return (grant: Grant) => {
    const { id, accountId, owner: _, ownerName, to, approval, request: __, file, createdAt, revokedAt, ...terms } = grant
    const account = rooms.accounts.account(accountId)
    return {
      id,
      account: `${ownerName}/${account?.name ?? accountId}`,
      accountId,
      site: account?.siteId ?? '',
      to: `${to.kind} ${to.name}`,
      ...terms,
      ...(approval === undefined ? {} : { approval: approval.by.map(names) }),
      terms: termLines(grant, names),
      createdAt,
      ...(revokedAt === undefined ? {} : { revokedAt }),
      ...(file === undefined ? {} : { file: file.name }),
    }
  }
}

/**
 * A request as it is told to this principal. Whoever asked for what he has no grant for is told of a yes alone: a no would tell him that there
 * is such an account.
 */
export function requestView({ grants, identity }: Pick<Rooms, 'grants' | 'identity'>, principal: Principal, request: AccessRequest) {
  const { id, named, kind, requesterName, why, wantedUntil, at, address, byName, decidedAt, until, requester, owner = '' } = request
  const isOwn = principal.kind !== 'local' && principal.user.id === requester
  const state = isOwn && kind === 'leave' && request.state === 'refused' ? ('open' as const) : request.state
  const grant = request.grantId === undefined ? undefined : grants.get(request.grantId)
  return {
    id,
    account: named,
    kind,
    requester: requesterName,
    why,
    wantedUntil,
    at,
    address,
    state,
    ...(state === 'open' || byName === undefined || decidedAt === undefined ? {} : { by: byName, decidedAt }),
    ...(state === 'open' || until === undefined ? {} : { until }),
    // While the owner is disabled nobody knows when it ends.
    ...(kind === 'emergency' && grant !== undefined && !identity.isDisabled(owner)
      ? { effectiveAt: emergencyFrom(grant, request, identity.admittedAt(owner)) }
      : {}),
  }
}

/** Is this request this principal's to see: his own, or for him to decide? */
export function isForHim({ grants }: Pick<Rooms, 'grants'>, principal: Principal, { owner, requester, grantId }: AccessRequest): boolean {
  if (principal.kind === 'local') return owner !== undefined
  const { id } = principal.user
  return id === owner || id === requester || (grantId !== undefined && grants.get(grantId)?.approval?.by.includes(id) === true)
}
