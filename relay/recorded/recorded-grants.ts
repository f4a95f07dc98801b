import type { Accounts } from '../accounts/index.ts'
import type { Audit, AuditEntry } from '../audit/index.ts'
import type { AccessRequest, Grant, Grantee, Grants, GrantTerms } from '../control/index.ts'
import { recorded } from './recorded.ts'
import { accountFacts, ownedAccount } from './recorded-accounts.ts'

/** What owners lend, what people ask for, and who is in which group. */
export function recordedGrants(grants: Grants, accounts: Pick<Accounts, 'account'>, audit: Audit): Grants {
  const { requests, groups } = grants
  const about = (id: string) => grantFacts(accounts, grants.get(id), id)
  const asked = (id: string) => requestFacts(requests.get(id), id)
  return recorded(
    grants,
    audit,
    {
      add: (account, to, terms, { file, request } = {}) => {
        const inFile = file === undefined ? {} : { file: file.name }
        return {
          act: 'grant.add',
          ...accountFacts(account),
          details: { ...granteeFacts(to), ...termFacts(terms), ...inFile, ...(request === undefined ? {} : { request }) },
          told: ({ id }) => ({ details: { ...granteeFacts(to), ...inFile, grant: id } }),
        }
      },
      revoke: (id) => ({ act: 'grant.revoke', ends: true, ...about(id) }),
      remove: (id) => ({ act: 'grant.remove', ends: true, ...about(id) }),
    },
    {
      requests: recorded(requests, audit, {
        make: ({ accountId, owner, named, kind, why }) => ({
          act: 'request.make',
          ...(accountId === undefined ? {} : ownedAccount(accounts, accountId)),
          // What is not there is written down as somebody's too: who asked could otherwise tell by what he reads of it.
          owner: owner ?? 'nobody',
          details: { named, kind, why },
          told: ({ id }) => ({ details: { request: id } }),
        }),
        decide: (id, { state, until }) => ({
          act: state === 'approved' ? 'request.approve' : 'request.refuse',
          ...asked(id),
          details: { request: id, ...(until === undefined ? {} : { until }) },
          ...(state === 'refused' ? { ends: true as const } : {}),
        }),
      }),
      groups: recorded(groups, audit, {
        add: (name) => ({ act: 'group.add', details: { name } }),
        rename: (group, name) => ({ act: 'group.rename', details: { group, name, before: groups.find(group)?.name ?? '' } }),
        setMember: (group, member, isIn) => ({
          act: isIn ? 'group.add-member' : 'group.remove-member',
          ...(isIn ? {} : { ends: true as const }),
          details: { group, member },
        }),
        remove: (group) => ({ act: 'group.remove', ends: true, details: { group } }),
      }),
    },
  )
}

function grantFacts(accounts: Pick<Accounts, 'account'>, grant: Grant | undefined, id: string): Pick<AuditEntry, 'owner' | 'account' | 'site' | 'details'> {
  if (grant === undefined) return { details: { grant: id } }
  return { ...ownedAccount(accounts, grant.accountId), details: { grant: id, ...granteeFacts(grant.to) } }
}

function requestFacts(request: AccessRequest | undefined, id: string): Pick<AuditEntry, 'owner' | 'account' | 'details'> {
  const { owner, accountId, requesterName } = request ?? {}
  return {
    // As when it was made: who asked could tell by what he reads of it.
    ...(request === undefined ? {} : { owner: owner ?? 'nobody' }),
    ...(accountId === undefined ? {} : { account: accountId }),
    details: { request: id, ...(requesterName === undefined ? {} : { requester: requesterName }) },
  }
}

function granteeFacts({ kind, id, name }: Grantee) {
  return { to: `${kind} ${name}`, toId: id }
}

/** Each term in one word or number. */
function termFacts(terms: GrantTerms): Record<string, string | number | boolean> {
  const told = Object.entries(terms).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value] as const)
  return Object.fromEntries(told) as Record<string, string | number | boolean>
}
