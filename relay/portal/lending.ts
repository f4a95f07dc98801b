import type { Account } from '../accounts/index.ts'
import { type AccessRequest, emergencyFrom, type Grant, type Grantee } from '../control/index.ts'
import { RelayError } from '../errors.ts'
import type { Principal, User } from '../identity/index.ts'
import { ownerNames } from './owner-names.ts'
import type { Rooms } from './rooms.ts'

export interface NamedGrantee {
  readonly user?: string | undefined
  readonly group?: string | undefined
  readonly device?: string | undefined
}

/** Whom somebody means, by name. `not_found`, `bad_request`. */
export async function granteeOf({ identity, grants }: Pick<Rooms, 'identity' | 'grants'>, { user, group, device }: NamedGrantee): Promise<Grantee> {
  if ([user, group, device].filter((one) => one !== undefined).length !== 1)
    throw new RelayError('bad_request', { params: { problem: 'it is lent to one user, group or device' } })
  if (group !== undefined) {
    const found = grants.groups.find(group)
    if (found === undefined) throw new RelayError('not_found', { params: { what: `group ${group}` } })
    return { kind: 'group', id: found.id, name: found.name }
  }
  const [owner = '', deviceName = ''] = device === undefined ? [user ?? ''] : splitAtLast(device)
  const found = await identity.findUser(owner)
  if (found === undefined) throw new RelayError('not_found', { params: { what: `user ${owner}` } })
  if (device === undefined) return { kind: 'user', id: found.id, name: found.name }
  const known = (await identity.listDevices(found.id)).find(({ name }) => name === deviceName)
  if (known === undefined) throw new RelayError('not_found', { params: { what: `device ${device}` } })
  return { kind: 'device', id: known.id, name: `${found.name}/${known.name}` }
}

/** The ids of these users. `not_found`. */
export async function userIds({ identity }: Pick<Rooms, 'identity'>, names: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    names.map(async (name) => {
      const user = await identity.findUser(name)
      if (user === undefined) throw new RelayError('not_found', { params: { what: `user ${name}` } })
      return user.id
    }),
  )
}

/** A grant as it is told to people. */
export async function grantViewer(rooms: Pick<Rooms, 'identity' | 'accounts'>) {
  const names = await ownerNames(rooms)
  return ({ id, accountId, owner: _, ownerName, to, approval, file, createdAt, revokedAt, ...terms }: Grant) => {
    const account = rooms.accounts.account(accountId)
    return {
      id,
      account: `${ownerName}/${account?.name ?? accountId}`,
      accountId,
      site: account?.siteId ?? '',
      to: `${to.kind} ${to.name}`,
      ...terms,
      ...(approval === undefined ? {} : { approval: approval.by.map(names) }),
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
export function requestView({ grants }: Pick<Rooms, 'grants'>, principal: Principal, request: AccessRequest) {
  const { id, named, kind, requesterName, why, wantedUntil, at, address, byName, decidedAt, until, requester } = request
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
    ...(kind === 'emergency' && grant !== undefined ? { effectiveAt: emergencyFrom(grant, request) } : {}),
  }
}

/** Is this request this principal's to see: his own, or for him to decide? */
export function isForHim({ grants }: Pick<Rooms, 'grants'>, principal: Principal, { owner, requester, grantId }: AccessRequest): boolean {
  if (principal.kind === 'local') return owner !== undefined
  const { id } = principal.user
  return id === owner || id === requester || (grantId !== undefined && grants.get(grantId)?.approval?.by.includes(id) === true)
}

function splitAtLast(text: string): [string, string] {
  const slash = text.lastIndexOf('/')
  return [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)]
}

/** The account named OWNER/NAME, and the name's two parts; there may be no such account. */
export async function namedAccount(
  { accounts, identity }: Pick<Rooms, 'accounts' | 'identity'>,
  named: string,
): Promise<{ readonly owner: User | undefined; readonly account: Account | undefined }> {
  // A user's name may hold slashes, and so may an account's: every way to part them is tried.
  for (let slash = named.indexOf('/'); slash > 0; slash = named.indexOf('/', slash + 1)) {
    const owner = await identity.findUser(named.slice(0, slash))
    const account = owner === undefined ? undefined : accounts.account(named.slice(slash + 1), owner.id)
    if (account !== undefined) return { owner, account }
  }
  return { owner: undefined, account: undefined }
}
