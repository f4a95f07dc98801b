import type { Account } from '../../accounts/index.ts'
import type { AccountDecision } from '../actions.ts'
import { firstMatch, type Rule } from '../rule.ts'
import type { AccessRequest, Borrower, Grant } from './contract.ts'
import { isWithinHours } from './hours.ts'
import { isInNetworks } from './networks.ts'

/** What is known when somebody asks for an account that is not his. */
export interface LendingFacts {
  /** Milliseconds since 1970. */
  readonly now: number
  /** The client's; undefined: not known. */
  readonly address: string | undefined
  /** Every name of the place where the address is; none: nobody knows. */
  readonly places: readonly string[]
  /** The account's owner gets in nowhere at present. */
  readonly isOwnerDisabled: boolean
  /** When the owner was last let in again: before that he could refuse nothing. */
  readonly ownerAdmittedAt?: number | undefined
  /** Every grant of the account. */
  readonly grants: readonly Grant[]
  /** Ids of the groups that the user is in. */
  readonly groups: ReadonlySet<string>
  /** The user's own requests for this account. */
  readonly requests: readonly AccessRequest[]
}

interface Question {
  readonly grant: Grant
  readonly facts: LendingFacts
}

/** So long an emergency lasts once its waiting period is over. Milliseconds. */
export const emergencyLasts = 24 * 3_600_000

/** What a grant says to who has it. First match decides: what ended stands before what limits, and the yes stands last. */
export const grantRules: readonly Rule<Question>[] = [
  { id: 'grant-revoked', allowed: false, reason: 'your leave to use this account was revoked', matches: ({ grant }) => grant.revokedAt !== undefined },
  {
    id: 'grant-expired',
    allowed: false,
    reason: 'your leave to use this account has run out',
    matches: ({ grant, facts }) => grant.until !== undefined && facts.now >= grant.until,
  },
  {
    id: 'owner-disabled',
    allowed: false,
    reason: 'its owner may not sign in to this relay at present: what he lends waits until he may',
    matches: ({ facts }) => facts.isOwnerDisabled,
  },
  {
    id: 'grant-early',
    allowed: false,
    reason: 'your leave to use this account has not begun',
    matches: ({ grant, facts }) => grant.from !== undefined && facts.now < grant.from,
  },
  {
    id: 'outside-networks',
    allowed: false,
    reason: 'it is lent for use from other networks than yours',
    matches: ({ grant, facts }) => grant.networks !== undefined && !isInNetworks(grant.networks, facts.address),
  },
  {
    id: 'place-unknown',
    allowed: false,
    reason: 'it is lent for use from some places alone, and nobody knows where your address is; one of a private network is nowhere',
    matches: ({ grant, facts }) => grant.places !== undefined && facts.places.length === 0,
  },
  {
    id: 'outside-places',
    allowed: false,
    reason: 'it is lent for use from other places than yours',
    matches: ({ grant: { places }, facts }) => places !== undefined && !facts.places.some((place) => places.includes(place)),
  },
  {
    id: 'outside-hours',
    allowed: false,
    reason: 'it is lent for other hours than this one',
    matches: ({ grant, facts }) => grant.hours !== undefined && !isWithinHours(grant.hours, facts.now),
  },
  {
    id: 'self-approved',
    allowed: false,
    reason: 'nobody approves for himself',
    matches: (question) =>
      question.grant.approval !== undefined && approvalOf(question)?.by === approvalOf(question)?.requester && approvalOf(question) !== undefined,
  },
  {
    id: 'approval-wanted',
    allowed: false,
    reason: 'somebody must say yes each time: ask for it, and say why',
    matches: (question) => question.grant.approval !== undefined && approvalOf(question) === undefined,
  },
  { id: 'approved', allowed: true, reason: 'it is lent to you, and somebody said yes', matches: (question) => approvalOf(question) !== undefined },
  {
    id: 'emergency-refused',
    allowed: false,
    reason: 'the owner refused the emergency',
    matches: (question) => question.grant.emergency !== undefined && emergencyOf(question)?.state === 'refused',
  },
  {
    id: 'emergency-not-asked',
    allowed: false,
    reason: 'it is lent to you for emergencies: ask for it, and say why; the waiting period begins then',
    matches: (question) => question.grant.emergency !== undefined && emergencyOf(question) === undefined,
  },
  {
    id: 'emergency-waits',
    allowed: false,
    reason: 'the waiting period is not over',
    matches: (question) => {
      const request = emergencyOf(question)
      return request !== undefined && question.facts.now < emergencyFrom(question.grant, request, question.facts.ownerAdmittedAt)
    },
  },
  {
    id: 'emergency',
    allowed: true,
    reason: 'the waiting period is over, and the owner has not refused',
    matches: (question) => question.grant.emergency !== undefined,
  },
  { id: 'granted', allowed: true, reason: 'it is lent to you', matches: () => true },
]

/** Is it to this principal? */
export function isTo({ to }: Grant, principal: Borrower, groups: ReadonlySet<string>): boolean {
  switch (to.kind) {
    case 'user':
      return to.id === principal.user.id
    case 'group':
      return groups.has(to.id)
    case 'device':
      return principal.kind === 'device' && to.id === principal.device.id
  }
}

/** The widest grant that says yes, with the others that do; or else the one that comes nearest to it. Undefined: the account was never lent to this principal. */
export function decideLent(principal: Borrower, account: Account, facts: LendingFacts): LentDecision | undefined {
  const answers = facts.grants
    .filter((grant) => grant.accountId === account.id && grant.owner === account.owner && isTo(grant, principal, facts.groups))
    .map((grant) => askOne({ grant, facts }))
  const [widest, ...others] = answers.filter(({ allowed }) => allowed).sort((one, other) => widthOf(other.grant) - widthOf(one.grant))
  if (widest !== undefined) return others.length === 0 ? widest : { ...widest, others }
  const [nearest] = answers.sort((one, other) => rankOf(other) - rankOf(one))
  return nearest
}

type LentDecision = AccountDecision & { readonly grant: Grant }

/** Whether it lets him change things weighs most, then whether he gets the cookies, then that no page is kept from him. */
function widthOf({ readOnly, handoff, denyPaths }: Grant): number {
  return (readOnly === true ? 0 : 4) + (handoff === true ? 2 : 0) + (denyPaths === undefined ? 1 : 0)
}

function askOne(question: Question): LentDecision {
  const { allowed, rule, reason } = firstMatch(grantRules, question)
  return { allowed, rule, reason, grant: question.grant }
}

function rankOf({ rule }: LentDecision): number {
  return grantRules.findIndex(({ id }) => id === rule)
}

/** When an emergency's waiting period ends: all of it is time in which the owner can refuse. */
export function emergencyFrom({ emergency }: Pick<Grant, 'emergency'>, { at }: Pick<AccessRequest, 'at'>, ownerAdmittedAt = 0): number {
  return Math.max(at, ownerAdmittedAt) + (emergency?.waitHours ?? 0) * 3_600_000
}

/** An approval that is good now. */
function approvalOf({ grant, facts }: Question): AccessRequest | undefined {
  return facts.requests.find(({ grantId, state, until }) => grantId === grant.id && state === 'approved' && until !== undefined && facts.now < until)
}

/** The last time it was asked for, unless that is over. A no holds for whatever was asked before it. */
function emergencyOf({ grant, facts }: Question): AccessRequest | undefined {
  const asked = facts.requests
    .filter((request) => request.grantId === grant.id && request.kind === 'emergency' && request.state !== 'approved')
    .filter((request) => facts.now < emergencyFrom(grant, request, facts.ownerAdmittedAt) + emergencyLasts)
    .sort((a, b) => b.at - a.at)
  const [newest] = asked
  return asked.find(({ state, decidedAt = 0 }) => newest !== undefined && state === 'refused' && decidedAt >= newest.at) ?? newest
}
