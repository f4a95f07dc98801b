import type { Account } from '../accounts/index.ts'
import { type AuditEntry, presentActor } from '../audit/index.ts'
import {
  type AccountDecision,
  type Action,
  checkAllowed,
  type Decision,
  type DeviceAction,
  decideAdministration,
  decideDevice,
  isPaired,
} from '../control/index.ts'
import { RelayError } from '../errors.ts'
import { type Device, loadUser, type Principal, type User } from '../identity/index.ts'
import type { Rooms } from './rooms.ts'

/** Who may call a route. What he may do with an account is decided besides, by `checkAccount`. */
export type Access =
  | 'anyone'
  /** Anybody the relay knows. */
  | 'known'
  /** Known, and not a device: devices use accounts, they change nothing about them. */
  | 'person'
  /** Who reads the whole record of what was done: the operator, or an auditor. */
  | 'auditor'
  /** Who runs the relay: the local administrator, or a user of role admin at the portal. */
  | 'operator'

/** Throws `unauthenticated` or `forbidden`. */
export function checkAccess(access: Access, principal: Principal | undefined): void {
  if (access === 'anyone') return
  if (principal === undefined) throw new RelayError('unauthenticated')
  if (access === 'person' && principal.kind === 'device') throw new RelayError('forbidden', { params: { reason: 'this takes the portal, not a device' } })
  if (access === 'auditor' && principal.kind === 'portal' && principal.user.role === 'auditor') return
  if (access !== 'operator' && access !== 'auditor') return
  const { allowed, reason } = noteDecision(decideAdministration(principal), {})
  if (!allowed) throw new RelayError('forbidden', { params: { reason } })
}

/** Throws `forbidden` for a paired terminal. */
export function checkNotPaired(principal: Principal | undefined): void {
  if (principal === undefined || !isPaired(principal)) return
  const reason = 'a paired terminal opens its accounts, and nothing else'
  noteDecision({ allowed: false, rule: 'paired', reason }, { owner: principal.user.id, device: principal.device.id })
  throw new RelayError('forbidden', { params: { reason } })
}

/** Milliseconds. */
const freshFor = 5 * 60_000

/** Has this principal proved who he is within the last minutes, with `left` milliseconds to go at least? The local administrator does so with each request. */
export function isFresh({ now }: Pick<Rooms, 'now'>, principal: Principal, left = 0): boolean {
  return principal.kind !== 'portal' || now() - principal.session.verifiedAt < freshFor - left
}

/**
 * What a stolen session or an unlocked screen must not do: let in more accounts, devices or ways to sign in, or touch keys.
 * Throws `step_up_required`. Devices are not asked: they may do none of this.
 */
export function checkFresh(rooms: Pick<Rooms, 'now' | 'url'>, principal: Principal): void {
  if (!isFresh(rooms, principal)) throw new RelayError('step_up_required', { url: `${rooms.url()}/verify` })
}

export function isOperator(principal: Principal): boolean {
  return decideAdministration(principal).allowed
}

/** The user whose things a principal sees; undefined: everybody's. */
export function ownerOf(principal: Principal): string | undefined {
  return principal.kind === 'local' ? undefined : principal.user.id
}

/** Is it his, and not lent to him? To the local administrator everything is. */
export function isOwnOf(principal: Principal, { owner }: Pick<Account, 'owner'>): boolean {
  return principal.kind === 'local' || principal.user.id === owner
}

export interface AccountRef {
  /** Id, or name within its owner; OWNER/NAME for one that is lent. */
  readonly id: string
  /** Whose account, by name: for the local administrator, who sees everybody's. */
  readonly user?: string | undefined
}

/**
 * The account meant, when this principal may do this with it. Another's account is answered like one that does not exist,
 * so that nothing can be found out by trying; `forbidden` is said of one's own only.
 */
export async function checkAccount(rooms: Rooms, principal: Principal, action: Action, ref: AccountRef): Promise<Account> {
  const account = await findAccount(rooms, principal, ref)
  if (account === undefined) throw new RelayError('account_unknown', { params: { account: ref.id } })
  await checkUse(rooms, principal, account, ref.id)
  const { allowed, reason } = noteDecision(await mayNow(rooms, principal, action, account), factsOf(account))
  if (!allowed) throw new RelayError('forbidden', { params: { reason } })
  return account
}

/**
 * Throws unless this principal may use an account now, from where this request came: `account_unknown` to whom it was never lent, under the name
 * that he gave it; `grant_refused` to whom it is not lent now.
 */
async function checkUse(rooms: Rooms, principal: Principal, account: Account, named: string): Promise<void> {
  const decision = noteDecision(await mayNow(rooms, principal, 'use', account), factsOf(account))
  if (!decision.allowed && decision.grant === undefined) throw new RelayError('account_unknown', { params: { account: named } })
  checkAllowed(decision, `${rooms.url()}/requests`)
}

/** The decision about an account for who is at work, at his address. */
export async function mayNow({ grants }: Pick<Rooms, 'grants'>, principal: Principal, action: Action, account: Account): Promise<AccountDecision> {
  return grants.may(principal, action, account, presentActor()?.from?.address)
}

/** Throws unless this principal may do this with a device or portal session of user `owner`; another's is one that does not exist. */
export function checkDevice(principal: Principal, action: DeviceAction, owner: string | undefined, what: string, device?: string): void {
  const about = { ...(owner === undefined ? {} : { owner }), ...(device === undefined ? {} : { device }) }
  if (owner === undefined || !noteDecision(decideDevice(principal, 'list', owner, device), about).allowed)
    throw new RelayError('not_found', { params: { what } })
  const { allowed, reason } = noteDecision(decideDevice(principal, action, owner, device), about)
  if (!allowed) throw new RelayError('forbidden', { params: { reason } })
}

/** The device of this id, when this principal may do this with it; another's is one that does not exist. */
export async function loadDevice({ identity }: Rooms, principal: Principal, action: DeviceAction, id: string): Promise<Device> {
  const device = (await identity.listDevices()).find((one) => one.id === id)
  checkDevice(principal, action, device?.userId, 'such device', id)
  return device as Device
}

async function findAccount({ accounts, grants, identity }: Rooms, principal: Principal, { id, user }: AccountRef): Promise<Account | undefined> {
  if (principal.kind !== 'local') {
    const own = user === undefined || isUser(principal.user, user) ? accounts.account(id, principal.user.id) : undefined
    return own ?? grants.lentTo(principal).find(({ account, name }) => account.id === id || name === (user === undefined ? id : `${user}/${id}`))?.account
  }
  if (user !== undefined) {
    const owner = await identity.findUser(user)
    return owner === undefined ? undefined : accounts.account(id, owner.id)
  }
  const [named, another] = accounts.listAccounts().filter((account) => account.name === id)
  if (another !== undefined) throw new RelayError('bad_request', { params: { problem: `several people have an account ${id}: say whose, with user=NAME` } })
  return accounts.account(id) ?? named
}

/** The user a principal acts for: himself; for the local administrator the one he names. */
export async function checkActsFor({ identity }: Rooms, principal: Principal, named: string | undefined): Promise<User> {
  if (principal.kind !== 'local') {
    if (named === undefined || isUser(principal.user, named)) return principal.user
    throw new RelayError('forbidden', { params: { reason: 'you act for yourself alone' } })
  }
  if (named === undefined) throw new RelayError('bad_request', { params: { problem: 'say whose it is: user' } })
  return loadUser(identity, named)
}

/** Whose things are listed: one's own; for the local administrator everybody's, or those of whom he names. Errors as of `checkActsFor`. */
export async function listedOwner(rooms: Rooms, principal: Principal, named: string | undefined): Promise<string | undefined> {
  return named === undefined ? ownerOf(principal) : (await checkActsFor(rooms, principal, named)).id
}

/** Oneself, or anybody for who runs the relay. `forbidden`, before it is told whether there is such a person; `not_found`. */
export async function loadUserFor({ identity }: Rooms, principal: Principal, named: string): Promise<User> {
  if (principal.kind !== 'local' && isUser(principal.user, named)) return principal.user
  checkAccess('operator', principal)
  return loadUser(identity, named)
}

/** Whose sign-in to the relay it is: one's own, at the portal. The local administrator has none, and another's is not his business. */
export function checkOwnSignIn(principal: Principal): Extract<Principal, { kind: 'portal' }> {
  if (principal.kind === 'portal') return principal
  throw new RelayError('forbidden', { params: { reason: 'a person does this at the portal, for himself' } })
}

/** What is recorded on the way of this request says which rule allowed it, or did not. */
function noteDecision<D extends Decision>(decision: D, about: Pick<AuditEntry, 'account' | 'owner' | 'site' | 'device'>): D {
  const actor = presentActor()
  if (actor === undefined) return decision
  const { allowed, rule, reason } = decision
  Object.assign(actor, { rule, reason })
  if (!allowed) actor.refusal = { act: 'access', ...about }
  return decision
}

function factsOf({ id, owner, siteId }: Account) {
  return { account: id, owner, site: siteId }
}

function isUser({ id, name }: User, idOrName: string): boolean {
  return idOrName === id || idOrName === name
}
