import type { AccountDecision, Action } from '../actions.ts'
import type { Borrower } from './contract.ts'
import { emergencyFrom, emergencyLasts, type LendingFacts } from './decide-lent.ts'

/** More than are asked for at a time by all devices together. */
const most = 10_000
const minute = 60_000
/** What was found of a place is good for so long. */
const placeLasts = minute

interface Kept {
  readonly decision: AccountDecision
  readonly at: number
  readonly end: number
}

/** Decisions that were made, each until the moment at which another may be due. Whoever changes a fact clears them. */
export class KeptAnswers {
  readonly #now: () => number
  readonly #kept = new Map<string, Kept>()

  constructor(now: () => number) {
    this.#now = now
  }

  of(principal: Borrower, action: Action, accountId: string, address: string | undefined): AccountDecision | undefined {
    const kept = this.#kept.get(keyOf(principal, action, accountId, address))
    if (kept === undefined) return undefined
    const now = this.#now()
    return now >= kept.at && now < kept.end ? kept.decision : undefined
  }

  keep(principal: Borrower, action: Action, accountId: string, address: string | undefined, decision: AccountDecision, facts: LendingFacts): void {
    if (this.#kept.size >= most) this.#kept.clear()
    this.#kept.set(keyOf(principal, action, accountId, address), { decision, at: facts.now, end: endOf(facts) })
  }

  clear(): void {
    this.#kept.clear()
  }
}

/** The next moment at which one of these facts may say something else. Clocks on walls go by whole minutes. */
function endOf({ now, grants, requests, ownerAdmittedAt }: LendingFacts): number {
  const moments: number[] = [now + 60 * minute]
  for (const grant of grants) {
    if (grant.from !== undefined) moments.push(grant.from)
    if (grant.until !== undefined) moments.push(grant.until)
    if (grant.hours !== undefined) moments.push(now - (now % minute) + minute)
    if (grant.places !== undefined) moments.push(now + placeLasts)
    for (const request of requests) {
      if (request.grantId !== grant.id) continue
      if (request.until !== undefined) moments.push(request.until)
      const begins = emergencyFrom(grant, request, ownerAdmittedAt)
      if (grant.emergency !== undefined) moments.push(begins, begins + emergencyLasts)
    }
  }
  return Math.min(...moments.filter((moment) => moment > now))
}

function keyOf(principal: Borrower, action: Action, accountId: string, address: string | undefined): string {
  const who = principal.kind === 'device' ? principal.device.id : principal.user.id
  return `${who} ${accountId} ${action} ${address ?? ''}`
}
