import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Account, Accounts } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import type { Identity, Principal } from '../../identity/index.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { AccountDecision, Action } from '../actions.ts'
import { decide } from '../decide.ts'
import { checkTerms } from './check-terms.ts'
import type { Borrower, Grant, Grantee, GrantTerms, LendingChange, LentAccount } from './contract.ts'
import { isTo, type LendingFacts } from './decide-lent.ts'
import { type Group, Groups } from './groups.ts'
import { KeptAnswers } from './kept-answers.ts'
import type { Places } from './places/contract.ts'
import type { Grants } from './port.ts'
import { Requests } from './requests.ts'

export interface GrantsOptions {
  readonly store: Store
  readonly identity: Pick<Identity, 'findUser' | 'isDisabled' | 'admittedAt' | 'onAdmission' | 'onDeviceRevoked'>
  readonly accounts: Pick<Accounts, 'account' | 'onAccountRemoved'>
  readonly places: Pick<Places, 'of' | 'onReplaced'>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Logger
}

/** What was revoked or has run out is told of for so long. Milliseconds. */
const overKept = 30 * 24 * 3_600_000
const mostOfAccount = 200

/** A file says what it lends for as long as it is there. */
function isForgotten({ revokedAt = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY, file }: Grant, now: number): boolean {
  return file === undefined && now >= Math.min(revokedAt, until) + overKept
}

export function createGrants(options: GrantsOptions): Grants {
  return new StoredGrants(options)
}

class StoredGrants implements Grants {
  readonly requests: Requests
  readonly groups: Groups
  readonly #options: GrantsOptions
  readonly #records: Collection<Grant>
  readonly #ofAccount = new Map<string, readonly Grant[]>()
  readonly #listeners = new Set<(change: LendingChange) => void>()
  readonly #answers: KeptAnswers
  readonly #lent = new Map<string, readonly LentAccount[]>()
  #stopWatching = (): void => {}

  constructor(options: GrantsOptions) {
    this.#options = options
    const { store, now } = options
    this.#records = store.collection<Grant>({ name: 'grants' })
    this.groups = new Groups(store, (group) => this.#groupChanged(group))
    this.requests = new Requests(store, now, (change) => this.#changed(change))
    this.#answers = new KeptAnswers(now)
  }

  async start(): Promise<void> {
    const { identity, accounts, places, now } = this.#options
    await this.groups.load()
    for (const { id, value } of await this.#records.list()) {
      // What was removed in the moment before the relay was killed is dropped now.
      if (isForgotten(value, now()) || accounts.account(value.accountId) === undefined) await this.#records.delete(id)
      else this.#keep(value)
    }
    await this.requests.load()
    const lent = new Set(this.list().map(({ request }) => request))
    await this.requests.reopen(({ id, kind, state }) => kind === 'leave' && state === 'approved' && !lent.has(id))
    // What was lent by a yes that nobody says any more: the relay was killed before it was revoked.
    for (const { id, request } of this.list()) if (request !== undefined && this.requests.get(request)?.state !== 'approved') await this.revoke(id)
    const watches = [
      places.onReplaced(() => this.#changed({})),
      accounts.onAccountRemoved(({ id }) => this.#dropAccount(id)),
      identity.onAdmission(({ id, disabledAt }) => this.#ownerChanged(id, disabledAt !== undefined)),
      identity.onDeviceRevoked(({ id }) => this.#drop(({ to }) => to.kind === 'device' && to.id === id)),
    ]
    this.#stopWatching = () => {
      for (const stop of watches) stop()
    }
  }

  async stop(): Promise<void> {
    this.#stopWatching()
  }

  may(principal: Principal, action: Action, account: Account, address: string | undefined): AccountDecision | Promise<AccountDecision> {
    if (principal.kind === 'local' || principal.user.id === account.owner) return decide(principal, action, account)
    const grants = this.#ofAccount.get(account.id)
    if (grants === undefined) return decide(principal, action, account)
    const known = this.#answers.of(principal, action, account.id, address)
    if (known !== undefined) return known
    const { places, now } = this.#options
    const isPlaced = grants.some((grant) => grant.places !== undefined)
    const found = isPlaced && address !== undefined ? places.of(address) : []
    const answer = (at: readonly string[]): AccountDecision => {
      const facts = this.facts(principal.user.id, account, { now: now(), address, places: at })
      const decision = decide(principal, action, account, facts)
      this.#answers.keep(principal, action, account.id, address, decision, facts)
      return decision
    }
    // Grants may have changed while the place was looked up.
    if (found instanceof Promise)
      return found.then((at) => (this.#ofAccount.get(account.id) === grants ? answer(at) : this.may(principal, action, account, address)))
    return answer(found)
  }

  lentTo(principal: Principal): readonly LentAccount[] {
    if (principal.kind === 'local' || this.#ofAccount.size === 0) return []
    const key = principal.kind === 'device' ? principal.device.id : principal.user.id
    const known = this.#lent.get(key)
    // An account is replaced with every change of it: its owner's denied paths hold for who borrows it from the next request on.
    if (known?.every(({ account }) => this.#options.accounts.account(account.id) === account)) return known
    const found = this.#findLent(principal)
    this.#lent.set(key, found)
    return found
  }

  async placesOf(address: string): Promise<readonly string[]> {
    return this.#options.places.of(address)
  }

  lentNow(principal: Principal): readonly LentAccount[] {
    const now = this.#options.now()
    return this.lentTo(principal).filter(({ grants }) =>
      grants.some(({ revokedAt, until = Number.POSITIVE_INFINITY }) => revokedAt === undefined && now < until),
    )
  }

  facts(userId: string, { id, owner }: Account, asked: Pick<LendingFacts, 'now' | 'address' | 'places'>): LendingFacts {
    return {
      ...asked,
      isOwnerDisabled: this.#options.identity.isDisabled(owner),
      ownerAdmittedAt: this.#options.identity.admittedAt(owner),
      grants: this.#ofAccount.get(id) ?? [],
      groups: this.groups.of(userId),
      requests: this.requests.list(({ requester, accountId }) => requester === userId && accountId === id),
    }
  }

  async add(account: Account, to: Grantee, given: GrantTerms, by: Pick<Grant, 'file' | 'request'> = {}): Promise<Grant> {
    const terms = checkTerms(given)
    const owner = await this.#options.identity.findUser(account.owner)
    if (owner === undefined) throw new RelayError('not_found', { params: { what: 'such owner' } })
    if (to.kind === 'user' && to.id === account.owner) throw new RelayError('bad_request', { params: { problem: 'the account is his own' } })
    this.#drop((grant) => grant.accountId === account.id && isForgotten(grant, this.#options.now()))
    if ((this.#ofAccount.get(account.id)?.length ?? 0) >= mostOfAccount)
      throw new RelayError('bad_request', { params: { problem: `an account has at most ${mostOfAccount} grants` } })
    const id = randomUUID()
    const grant: Grant = {
      ...terms,
      id,
      accountId: account.id,
      owner: account.owner,
      ownerName: owner.name,
      to,
      createdAt: this.#options.now(),
      ...by,
    }
    await this.#records.put(id, grant, { ifVersion: 0 })
    // Removed meanwhile: its listener has found nothing to drop.
    if (this.#options.accounts.account(account.id) === undefined) {
      await this.#records.delete(id)
      throw new RelayError('account_unknown', { params: { account: account.name } })
    }
    this.#keep(grant)
    this.#changed({ accountId: account.id })
    return grant
  }

  async revoke(id: string): Promise<boolean> {
    const grant = this.get(id)
    if (grant === undefined || (grant.revokedAt !== undefined && grant.unwritten !== true)) return false
    const { unwritten: _, ...before } = grant
    const revoked = { ...before, revokedAt: grant.revokedAt ?? this.#options.now() }
    // In force before anything is waited for (law 7), and though it could not be written.
    this.#keep({ ...revoked, unwritten: true })
    this.#changed({ accountId: grant.accountId, ends: true })
    await this.#records.put(id, revoked)
    if (this.get(id) !== undefined) this.#keep(revoked)
    return true
  }

  async remove(id: string): Promise<boolean> {
    const grant = this.get(id)
    if (grant === undefined) return false
    const others = (this.#ofAccount.get(grant.accountId) ?? []).filter((one) => one.id !== id)
    if (others.length === 0) this.#ofAccount.delete(grant.accountId)
    else this.#ofAccount.set(grant.accountId, others)
    this.#changed({ accountId: grant.accountId, ends: true })
    return this.#records.delete(id)
  }

  get(id: string): Grant | undefined {
    return this.list().find((grant) => grant.id === id)
  }

  list({ accountId, owner }: { accountId?: string; owner?: string } = {}): readonly Grant[] {
    const found = accountId === undefined ? [...this.#ofAccount.values()].flat() : (this.#ofAccount.get(accountId) ?? [])
    return found.filter((grant) => owner === undefined || grant.owner === owner).sort((a, b) => a.createdAt - b.createdAt)
  }

  onChanged(listener: (change: LendingChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #findLent(principal: Borrower): readonly LentAccount[] {
    const groups = this.groups.of(principal.user.id)
    return [...this.#ofAccount]
      .flatMap(([accountId, all]) => {
        const account = this.#options.accounts.account(accountId)
        const grants = all.filter((grant) => isTo(grant, principal, groups) && grant.owner !== principal.user.id)
        const [first] = grants
        if (account === undefined || first === undefined) return []
        return [{ account, name: `${first.ownerName}/${account.name}`, ownerName: first.ownerName, grants }]
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Under the name that a group has now: the grant in the store may have been written before it was renamed. */
  #keep(written: Grant): void {
    const { to } = written
    const grant = to.kind === 'group' ? { ...written, to: { ...to, name: this.groups.find(to.id)?.name ?? to.name } } : written
    const others = (this.#ofAccount.get(grant.accountId) ?? []).filter(({ id }) => id !== grant.id)
    this.#ofAccount.set(grant.accountId, [...others, grant])
  }

  /** What he lends waits, or goes on (law 7). */
  #ownerChanged(owner: string, isDisabled: boolean): void {
    const accounts = new Set(this.list({ owner }).map(({ accountId }) => accountId))
    for (const accountId of accounts) this.#changed({ accountId, ...(isDisabled ? { ends: true as const } : {}) })
  }

  #groupChanged(group: Group | undefined): void {
    if (group !== undefined) for (const grant of this.list()) if (grant.to.id === group.id && grant.to.name !== group.name) this.#keep(grant)
    this.#changed({})
  }

  #dropAccount(accountId: string): void {
    this.#drop((grant) => grant.accountId === accountId)
    this.requests.drop((request) => request.accountId === accountId).catch((error) => this.#warn(error))
  }

  #drop(isGone: (grant: Grant) => boolean): void {
    for (const { id } of this.list().filter(isGone)) this.remove(id).catch((error) => this.#warn(error))
  }

  #warn(error: unknown): void {
    this.#options.log.warn({ err: error }, 'a grant that is over could not be removed')
  }

  #changed(change: LendingChange): void {
    this.#answers.clear()
    this.#lent.clear()
    for (const listener of this.#listeners) listener(change)
  }
}
