import type { Account } from '../../accounts/index.ts'
import { type AccessRequest, type AccountDecision, type Decision, decideApproval, namedAccount } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import type { Principal, User } from '../../identity/index.ts'
import { mayNow } from '../access.ts'
import { asEach } from '../caller/as-person.ts'
import type { Rooms } from '../rooms.ts'
import { isForHim } from './lending.ts'
import { tellAsked, tellDecided } from './tell-lending.ts'

const hour = 3_600_000

/** What somebody asks for. */
export interface AskedAccess {
  /** OWNER/NAME. */
  readonly account: string
  readonly why: string
  readonly hours: number
  readonly address: string
}

/**
 * Asks for an account: for an approval or an emergency where a grant wants one, else for leave. What he asks for that is not there is written
 * down all the same: nothing tells him so.
 */
export async function askAccess(rooms: Rooms, user: User, { account: named, why, hours, address }: AskedAccess): Promise<AccessRequest> {
  const account = await namedAccount(rooms, named)
  const decisions = account === undefined ? [] : await Promise.all((await asEach(rooms, user)).map((one) => mayNow(rooms, one, 'use', account)))
  const [asHimself] = decisions
  if (asHimself?.allowed === true)
    throw new RelayError('already_exists', { params: { what: 'leave for you to use it', advice: 'Open it: under Accounts at the portal.' } })
  const isAsked = ({ grant }: AccountDecision) =>
    rooms.grants.requests.list(({ requester, grantId, state }) => requester === user.id && grantId === grant?.id && state === 'open').length > 0
  // A device of his may have what he has not, and has it on the terms of its own grant.
  const wanting = decisions.filter((one) => wantedBy(one) !== 'leave')
  const decision = wanting.find((one) => one.rule === 'emergency-refused' || !isAsked(one)) ?? wanting[0]
  const grant = decision?.grant
  const kind = wantedBy(decision)
  if (decision !== undefined && decision.rule !== 'emergency-refused' && isAsked(decision))
    throw new RelayError('already_exists', { params: { what: 'such a request of yours', advice: 'Wait until somebody decides.' } })
  const request = await rooms.grants.requests.make({
    named,
    ...(account === undefined ? {} : { accountId: account.id, owner: account.owner }),
    ...(grant === undefined ? {} : { grantId: grant.id }),
    kind,
    requester: user.id,
    requesterName: user.name,
    why,
    wantedUntil: rooms.now() + hours * hour,
    address,
  })
  // Who asks does not wait for it: how long it takes would tell him whether anybody is told.
  void tellAsked(rooms, request)
  return request
}

/** What must be asked for, where this was decided: what the grant wants, whichever of its terms was the first that is not met. */
function wantedBy(decision: AccountDecision | undefined): AccessRequest['kind'] {
  const grant = decision?.grant
  if (grant === undefined || decision?.allowed === true || decision?.rule === 'grant-revoked' || decision?.rule === 'grant-expired') return 'leave'
  if (grant.approval !== undefined) return 'approval'
  return grant.emergency === undefined ? 'leave' : 'emergency'
}

/** Of a request that this principal may see: what he may do with it. `not_found` for any other. */
export function judgeRequest(rooms: Rooms, principal: Principal, id: string): { readonly request: AccessRequest; readonly decision: Decision } {
  const { grants } = rooms
  const request = grants.requests.get(id)
  if (request === undefined || !isForHim(rooms, principal, request)) throw new RelayError('not_found', { params: { what: 'such request' } })
  const grant = request.grantId === undefined ? undefined : grants.get(request.grantId)
  return { request, decision: decideApproval(principal, request, grant) }
}

/** Says yes. For who has no grant it makes one, for as long as it says. `not_found`, `forbidden`, `request_decided`. */
export async function approveRequest(rooms: Rooms, principal: Principal, id: string, hours: number | undefined): Promise<AccessRequest> {
  const { request, decision } = judgeRequest(rooms, principal, id)
  if (!decision.allowed) throw new RelayError('forbidden', { params: { reason: decision.reason } })
  const until = hours === undefined ? request.wantedUntil : rooms.now() + hours * hour
  if (until <= rooms.now()) throw new RelayError('bad_request', { params: { problem: 'the time that was asked for is over: say for how many hours' } })
  const account = request.accountId === undefined ? undefined : rooms.accounts.account(request.accountId)
  if (account === undefined) throw new RelayError('not_found', { params: { what: 'such account any more' } })
  if (request.kind === 'leave') await checkUnlent(rooms, account, id)
  const decided = await rooms.grants.requests.decide(id, { ...nameOf(principal), state: 'approved', until })
  // Of all who approve one comes here.
  if (request.kind === 'leave') await grantLeave(rooms, account, decided, until)
  await tellDecided(rooms, decided)
  return decided
}

/** To whom it is lent on terms, a plain yes would lend it without them. `already_exists`. */
async function checkUnlent(rooms: Rooms, { id: accountId }: Account, requestId: string): Promise<void> {
  const { grants, identity } = rooms
  const user = await identity.findUser(grants.requests.get(requestId)?.requester ?? '')
  const lent = user === undefined ? [] : (await asEach(rooms, user)).flatMap((one) => grants.lentNow(one))
  // Of a request that was decided, others say so.
  if (grants.requests.get(requestId)?.state !== 'open' || !lent.some((one) => one.account.id === accountId)) return
  throw new RelayError('already_exists', {
    params: { what: 'a grant to him on other terms', advice: 'Lend him the account on the terms you mean, or take that grant back first.' },
  })
}

/** What was approved lends, or else it is refused: a yes that lends nothing would be a lie. */
async function grantLeave(rooms: Rooms, account: Account, { id, requester, requesterName, by = '', byName = '' }: AccessRequest, until: number): Promise<void> {
  const { grants } = rooms
  try {
    await grants.add(account, { kind: 'user', id: requester, name: requesterName }, { until }, { request: id })
  } catch (error) {
    await grants.requests.decide(id, { by, byName, state: 'refused' })
    throw error
  }
  // The yes was taken back while this was written.
  if (grants.requests.get(id)?.state !== 'approved') await revokeGranted(rooms, id)
}

/** Ends what a yes to this request lent. */
async function revokeGranted({ grants }: Rooms, requestId: string): Promise<void> {
  for (const { id } of grants.list().filter(({ request }) => request === requestId)) await grants.revoke(id)
}

/** Says no, or takes a yes back. */
export async function refuseRequest(rooms: Rooms, principal: Principal, id: string): Promise<AccessRequest> {
  const { request, decision } = judgeRequest(rooms, principal, id)
  // What one asked for oneself can be taken back.
  const isOwn = principal.kind !== 'local' && principal.user.id === request.requester
  if (!decision.allowed && !isOwn) throw new RelayError('forbidden', { params: { reason: decision.reason } })
  // A no to who asked for leave is not told to him: he is answered as where there is no such account.
  if (isOwn && request.kind === 'leave' && request.state === 'refused') return request
  // Before the no is durable: killed in between, a yes stands that lends nothing, and can be taken back once more (laws 5 and 7).
  await revokeGranted(rooms, id)
  let decided: AccessRequest
  try {
    decided = await rooms.grants.requests.decide(id, { ...nameOf(principal), state: 'refused' })
  } finally {
    // Though the no could not be written; what a yes lent meanwhile too.
    await revokeGranted(rooms, id)
  }
  await tellDecided(rooms, decided)
  return decided
}

function nameOf(principal: Principal): { readonly by: string; readonly byName: string } {
  return principal.kind === 'local' ? { by: 'local', byName: 'who runs the relay' } : { by: principal.user.id, byName: principal.user.name }
}
