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

/** Would this decision have allowed what is under way by another one? Not where that one's grant lets cookies be given out, and this one's does not. */
export function mayGoOn(request: SiteRequest, account: Account, before: AccountDecision, now: AccountDecision): boolean {
  if (now.allowed && now.grant?.id === before.grant?.id) return true
  if (before.grant?.handoff === true && now.grant?.handoff !== true) return false
  try {
    checkTerms(request, account, now)
    return true
  } catch {
    return false
  }
}

function checkTerms(request: SiteRequest, account: Account, decision: AccountDecision): AccountDecision {
  const { site, target, head } = request
  const { grant } = checkAllowed(decision)
  if (grant === undefined) return decision
  const change = grant.readOnly === true ? changeIn(request) : undefined
  if (change !== undefined) throw new RelayError('grant_read_only', { params: { change } })
  const denial = grant.denyPaths && decidePath({ account: { paths: grant.denyPaths } }, false, { target: target.path, fields: head.fields })
  if (denial !== undefined)
    throw new RelayError('path_denied', {
      params: { site: site.id, path: denial.path, whose: 'the grant by which you use it', advice: `Its owner may lift it: he lends you ${account.name} anew.` },
    })
  return decision
}

/** What of a request may change something at the site (RFC 9110 section 9.2.1; TRACE never comes so far). Undefined: nothing. */
function changeIn({ req: { method }, head, target, upgrade }: SiteRequest): string | undefined {
  if (upgrade !== undefined) return 'a WebSocket'
  if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return String(method)
  if (hasContent(head)) return `${method} with content`
  if (head.fields.some((name, i) => i % 2 === 0 && isOtherMethodField(name))) return 'a field that names another method'
  return hasOtherMethodParam(target.path) ? 'a query that names another method' : undefined
}
