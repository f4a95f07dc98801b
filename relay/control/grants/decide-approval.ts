import type { Principal } from '../../identity/index.ts'
import { type Decision, firstMatch, type Rule } from '../rule.ts'
import type { AccessRequest, Grant } from './contract.ts'

interface Question {
  readonly principal: Principal
  readonly request: AccessRequest
  /** The one that wants the approval; undefined: there is none, or none any more. */
  readonly grant: Grant | undefined
}

export const approvalRules: readonly Rule<Question>[] = [
  {
    id: 'device-approves',
    allowed: false,
    reason: 'a device approves nothing; that takes a person at the portal',
    matches: ({ principal }) => principal.kind === 'device',
  },
  {
    id: 'self-approved',
    allowed: false,
    reason: 'nobody approves for himself',
    matches: ({ principal, request }) => principal.kind !== 'local' && principal.user.id === request.requester,
  },
  {
    id: 'grant-gone',
    allowed: false,
    reason: 'the grant that it was for is gone',
    matches: ({ request, grant }) => request.grantId !== undefined && (grant === undefined || grant.revokedAt !== undefined),
  },
  { id: 'local', allowed: true, reason: 'the holder of the data directory runs this relay', matches: ({ principal }) => principal.kind === 'local' },
  {
    id: 'owner',
    allowed: true,
    reason: 'you own this account',
    matches: ({ principal, request }) => principal.kind !== 'local' && request.owner === principal.user.id,
  },
  {
    id: 'approver',
    allowed: true,
    reason: 'the owner named you for it',
    matches: ({ principal, grant, request }) =>
      principal.kind !== 'local' && request.kind === 'approval' && grant?.approval?.by.includes(principal.user.id) === true,
  },
  { id: 'not-asked', allowed: false, reason: 'it is for the owner to decide', matches: () => true },
]

/** May this principal decide on this request? An administrator may not, unless the account is his. */
export function decideApproval(principal: Principal, request: AccessRequest, grant: Grant | undefined): Decision {
  return firstMatch(approvalRules, { principal, request, grant })
}
