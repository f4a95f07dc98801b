import type { Account } from '../../accounts/index.ts'
import type { AccountDecision, Borrower, Grants } from '../../control/index.ts'
import type { Cuttable } from './under-way.ts'

/** So often it is asked whether what is under way may go on: leave ends by time, too. Milliseconds. */
const lookInterval = 300

interface Lease {
  readonly user: Cuttable
  readonly principal: Borrower
  readonly account: Account
  readonly address: string | undefined
}

/** What is under way with lent accounts. It ends within a second of the leave it goes by, whatever ends that (law 7). */
export class LentTraffic {
  readonly #grants: Pick<Grants, 'may'>
  /** No Set, for the reason that stands in under-way.ts. */
  readonly #leases: Lease[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(grants: Pick<Grants, 'may' | 'onChanged'>) {
    this.#grants = grants
    grants.onChanged(() => this.#look())
  }

  begin(user: Cuttable, principal: Borrower, account: Account, address: string | undefined): void {
    this.#leases.push({ user, principal, account, address })
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
      const cutUnless = ({ allowed }: Pick<AccountDecision, 'allowed'>): void => {
        if (!allowed) lease.user.cut('unlent')
      }
      const answer = this.#grants.may(lease.principal, 'use', lease.account, lease.address)
      if (answer instanceof Promise) answer.then(cutUnless, () => cutUnless({ allowed: false }))
      else cutUnless(answer)
    }
  }
}
