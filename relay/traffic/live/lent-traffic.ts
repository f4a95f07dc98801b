import type { Account } from '../../accounts/index.ts'
import type { AccountDecision, Grants } from '../../control/index.ts'
import { findLeave } from '../checks/check-leave.ts'
import { addressOf } from '../requests/actor-of.ts'
import type { SiteRequest } from '../site-request.ts'
import type { Cuttable } from './under-way.ts'

/** So often it is asked whether what is under way may go on: leave ends by time, too. Milliseconds. */
const lookInterval = 300

interface Lease {
  readonly user: Cuttable
  readonly request: SiteRequest
  readonly account: Account
  readonly address: string | undefined
  /** By what it goes. */
  allowed: AccountDecision
}

/**
 * What is under way with lent accounts. It ends within a second of the leave it goes by, whatever ends that (law 7), unless other leave
 * allows it too.
 */
export class LentTraffic {
  readonly #grants: Pick<Grants, 'may'>
  /** No Set, for the reason that stands in under-way.ts. */
  readonly #leases: Lease[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(grants: Pick<Grants, 'may' | 'onChanged'>) {
    this.#grants = grants
    grants.onChanged(() => this.#look())
  }

  begin(user: Cuttable, request: SiteRequest, account: Account, allowed: AccountDecision): void {
    this.#leases.push({ user, request, account, address: addressOf(request.req), allowed })
    this.#timer ??= setInterval(() => this.#look(), lookInterval).unref()
  }

  end(user: Cuttable): void {
    const at = this.#leases.findLastIndex((lease) => lease.user === user)
    if (at < 0) return
    const last = this.#leases.pop() as Lease
    if (at < this.#leases.length) this.#leases[at] = last
    if (this.#leases.length > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    for (const lease of [...this.#leases]) {
      const { user, request, account, address } = lease
      const goOn = (decision: AccountDecision): void => {
        const leave = findLeave(request, account, lease.allowed, decision)
        if (leave === undefined) user.cut('unlent')
        else lease.allowed = leave
      }
      const answer = this.#grants.may(request.sender.principal, 'use', account, address)
      if (answer instanceof Promise) answer.then(goOn, () => user.cut('unlent'))
      else goOn(answer)
    }
  }
}
