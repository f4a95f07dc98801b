import { randomUUID } from 'node:crypto'
import { isRelayError, RelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { AccessRequest, LendingChange } from './contract.ts'

/** A request that nobody decided is forgotten after so long; one that was decided, so long after that. Milliseconds. */
const kept = 30 * 24 * 3_600_000
const mostOpen = 20

export type WantedAccess = Pick<
  AccessRequest,
  'named' | 'accountId' | 'owner' | 'grantId' | 'kind' | 'requester' | 'requesterName' | 'why' | 'wantedUntil' | 'address'
>

export interface DecidedBy {
  /** A user id, or `local`. */
  readonly by: string
  readonly byName: string
}

/** To who asked: a no to leave is not told, and would be by the place that it frees. */
function seemsOpen({ kind, state }: AccessRequest): boolean {
  return state === 'open' || (kind === 'leave' && state === 'refused')
}

/** What people ask of owners. Who may decide is for the caller to ask (`decideApproval`). */
export class Requests {
  readonly #records: Collection<AccessRequest>
  readonly #now: () => number
  readonly #changed: (change: LendingChange) => void
  readonly #requests = new Map<string, { readonly value: AccessRequest; readonly version: number }>()

  constructor(store: Store, now: () => number, changed: (change: LendingChange) => void) {
    this.#records = store.collection<AccessRequest>({ name: 'access-requests' })
    this.#now = now
    this.#changed = changed
  }

  async load(): Promise<void> {
    for (const { id, value, version } of await this.#records.list()) this.#requests.set(id, { value, version })
    await this.#sweep()
  }

  get(id: string): AccessRequest | undefined {
    return this.#requests.get(id)?.value
  }

  /** Newest first. */
  list(isWanted: (request: AccessRequest) => boolean): readonly AccessRequest[] {
    return [...this.#requests.values()]
      .map(({ value }) => value)
      .filter((request) => !this.#isOver(request) && isWanted(request))
      .sort((a, b) => b.at - a.at)
  }

  /** `requests_too_many`. */
  async make(wanted: WantedAccess): Promise<AccessRequest> {
    await this.#sweep()
    if (this.list((request) => request.requester === wanted.requester && seemsOpen(request)).length >= mostOpen) throw new RelayError('requests_too_many')
    const request: AccessRequest = { ...wanted, id: randomUUID(), at: this.#now(), state: 'open' }
    return this.#keep(request, await this.#records.put(request.id, request, { ifVersion: 0 }))
  }

  /** Of any number of callers one succeeds; `request_decided`: another was first. `not_found`. */
  async decide(id: string, how: DecidedBy & { readonly state: 'approved' | 'refused'; readonly until?: number }): Promise<AccessRequest> {
    const found = this.#requests.get(id)
    if (found === undefined || this.#isOver(found.value)) throw new RelayError('not_found', { params: { what: 'such request' } })
    // What was approved can be taken back, and nothing else of what was decided changes.
    const takesBack = found.value.state === 'approved' && how.state === 'refused'
    if (found.value.state !== 'open' && !takesBack) throw new RelayError('request_decided')
    const { until: _, ...before } = found.value
    const request: AccessRequest = { ...before, ...how, decidedAt: this.#now() }
    try {
      return this.#keep(request, await this.#records.put(id, request, { ifVersion: found.version }))
    } catch (error) {
      throw isRelayError(error, 'store_conflict') ? new RelayError('request_decided') : error
    }
  }

  /** As if nobody had decided: of a yes that the relay was killed over before it lent anything, nobody was told. */
  async reopen(isCutOff: (request: AccessRequest) => boolean): Promise<void> {
    for (const { value, version } of [...this.#requests.values()].filter(({ value }) => isCutOff(value))) {
      const { until: _, decidedAt: __, by: ___, byName: ____, ...before } = value
      const request: AccessRequest = { ...before, state: 'open' }
      this.#keep(request, await this.#records.put(value.id, request, { ifVersion: version }))
    }
    await this.#sweep()
  }

  /** Of an account that is gone, or a person. */
  async drop(isGone: (request: AccessRequest) => boolean): Promise<void> {
    const gone = [...this.#requests.values()].map(({ value }) => value).filter(isGone)
    for (const { id, accountId } of gone) {
      this.#requests.delete(id)
      this.#changed({ accountId })
    }
    for (const { id } of gone) await this.#records.delete(id)
  }

  #keep(value: AccessRequest, version: number): AccessRequest {
    this.#requests.set(value.id, { value, version })
    this.#changed({ accountId: value.accountId, ...(value.state === 'refused' ? { ends: true } : {}) })
    return value
  }

  #isOver(request: AccessRequest): boolean {
    const { at, decidedAt = at, until = decidedAt } = request
    return this.#now() >= (seemsOpen(request) ? at : Math.max(decidedAt, until)) + kept
  }

  #sweep(): Promise<void> {
    return this.drop((request) => this.#isOver(request))
  }
}
