import type { Account } from '../../accounts/index.ts'
import { type AccountDecision, checkAllowed, decidePath, type Grants, hasOtherMethodParam, isOtherMethodField } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import { addressOf } from '../requests/actor-of.ts'
import { hasContent } from '../requests/request-head.ts'
import type { SiteRequest } from '../site-request.ts'

/**
 * What allows this request to use the account: that it is the sender's own, or lent to him. A promise where his place must be looked up.
 * `forbidden`, `grant_refused`, `grant_read_only`, `path_denied`.
 */
export function checkLeave(grants: Pick<Grants, 'may'>, request: SiteRequest, account: Account): AccountDecision | Promise<AccountDecision> {
  const { sender, req } = request
  const isOwn = account.owner === sender.userId
  const decision = grants.may(sender.principal, 'use', account, isOwn ? undefined : addressOf(req))
  return decision instanceof Promise ? decision.then((found) => checkTerms(request, account, found)) : checkTerms(request, account, decision)
}

/**
 * By what goes on what is under way by another decision: the same grant, or else one that would have allowed it. Not one without cookies
 * where the other's lets them be given out. Undefined: by nothing.
 */
export function findLeave(request: SiteRequest, account: Account, before: AccountDecision, now: AccountDecision): AccountDecision | undefined {
  if (!now.allowed) return undefined
  const all = [now, ...(now.others ?? [])]
  const isAsWide = ({ grant }: AccountDecision): boolean => before.grant?.handoff !== true || grant?.handoff === true
  return all.find(({ grant }) => grant?.id === before.grant?.id) ?? all.find((one) => isAsWide(one) && refusalBy(one, request, account) === undefined)
}

/** Of several grants, one whose terms allow the request is enough: to lend more takes nothing away. */
function checkTerms(request: SiteRequest, account: Account, decision: AccountDecision): AccountDecision {
  const refusal = refusalBy(checkAllowed(decision), request, account)
  if (refusal === undefined) return decision
  const other = decision.others?.find((one) => refusalBy(one, request, account) === undefined)
  if (other === undefined) throw refusal
  return other
}

/** What the terms of its grant say against the request. */
function refusalBy({ grant }: AccountDecision, request: SiteRequest, account: Account): RelayError | undefined {
  if (grant === undefined) return undefined
  const { site, target, head } = request
  const change = grant.readOnly === true ? changeIn(request) : undefined
  if (change !== undefined) return new RelayError('grant_read_only', { params: { change } })
  const denial = grant.denyPaths && decidePath({ account: { paths: grant.denyPaths } }, false, { target: target.path, fields: head.fields })
  if (denial === undefined) return undefined
  return new RelayError('path_denied', {
    params: { site: site.id, path: denial.path, whose: 'the grant by which you use it', advice: `Its owner may lift it: he lends you ${account.name} anew.` },
  })
}

/** What of a request may change something at the site (RFC 9110 section 9.2.1; TRACE never comes so far). Undefined: nothing. */
function changeIn({ req: { method }, head, target, upgrade }: SiteRequest): string | undefined {
  if (upgrade !== undefined) return 'a WebSocket'
  if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return String(method)
  if (hasContent(head)) return `${method} with content`
  if (head.fields.some((name, i) => i % 2 === 0 && isOtherMethodField(name))) return 'a field that names another method'
  return hasOtherMethodParam(target.path) ? 'a query that names another method' : undefined
}
