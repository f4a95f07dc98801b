import type { Account, Accounts } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import { type Identity, loadUser } from '../../identity/index.ts'
import type { Grantee } from './contract.ts'
import type { Grants } from './port.ts'

export interface NamedGrantee {
  readonly user?: string | undefined
  readonly group?: string | undefined
  /** USER/DEVICE. */
  readonly device?: string | undefined
}

/** Whom somebody means, by name. `not_found`, `bad_request`. */
export async function granteeOf(
  { identity, grants }: { readonly identity: Pick<Identity, 'findUser' | 'listDevices'>; readonly grants: Pick<Grants, 'groups'> },
  { user, group, device }: NamedGrantee,
): Promise<Grantee> {
  if ([user, group, device].filter((one) => one !== undefined).length !== 1)
    throw new RelayError('bad_request', { params: { problem: 'it is lent to one user, group or device' } })
  if (group !== undefined) {
    const found = grants.groups.find(group)
    if (found === undefined) throw new RelayError('not_found', { params: { what: `group ${group}` } })
    return { kind: 'group', id: found.id, name: found.name }
  }
  const [owner = '', deviceName = ''] = device === undefined ? [user ?? ''] : splitAtLast(device)
  const found = await loadUser(identity, owner)
  if (device === undefined) return { kind: 'user', id: found.id, name: found.name }
  const known = (await identity.listDevices(found.id)).find(({ name }) => name === deviceName)
  if (known === undefined) throw new RelayError('not_found', { params: { what: `device ${device}` } })
  return { kind: 'device', id: known.id, name: `${found.name}/${known.name}` }
}

/** The ids of these users. `not_found`. */
export async function userIds({ identity }: { readonly identity: Pick<Identity, 'findUser'> }, names: readonly string[]): Promise<readonly string[]> {
  return Promise.all(names.map(async (name) => (await loadUser(identity, name)).id))
}

/** The account of this OWNER/NAME. */
export async function namedAccount(
  { accounts, identity }: { readonly accounts: Pick<Accounts, 'account'>; readonly identity: Pick<Identity, 'findUser'> },
  named: string,
): Promise<Account | undefined> {
  // A user's name may hold slashes, and so may an account's: every way to part them is tried.
  for (let slash = named.indexOf('/'); slash > 0; slash = named.indexOf('/', slash + 1)) {
    const owner = await identity.findUser(named.slice(0, slash))
    const account = owner === undefined ? undefined : accounts.account(named.slice(slash + 1), owner.id)
    if (account !== undefined) return account
  }
  return undefined
}

function splitAtLast(text: string): [string, string] {
  const slash = text.lastIndexOf('/')
  return [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)]
}
