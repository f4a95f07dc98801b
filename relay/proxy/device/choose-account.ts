import type { Account, AccountChoices, Accounts, Site } from '../../accounts/index.ts'
import { decide, type Grants, isWithinPairing, type LentAccount } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import type { DevicePrincipal } from './device-credentials.ts'

/** Where the accounts of a request are found. */
export interface ChoosingRooms {
  readonly accounts: Pick<Accounts, 'account' | 'listAccounts'>
  readonly choices: Pick<AccountChoices, 'of'>
  readonly grants: Pick<Grants, 'lentTo' | 'lentNow'>
}

/** An account that a device may use. */
export interface Usable {
  readonly account: Account
  /** What a tool names it by: NAME, or OWNER/NAME. */
  readonly name: string
  /** Whose it is; undefined: the device's user's own. */
  readonly lentBy?: string
}

/** What a device may use at a site, its user's own first, in order of name. Whether it may just now is asked of each request. */
export function usableAccounts(rooms: Pick<ChoosingRooms, 'accounts' | 'grants'>, principal: DevicePrincipal, site: Site): Usable[] {
  const own = ownAccounts(rooms, principal, site).filter((account) => decide(principal, 'use', account).allowed)
  const lent = at(site, principal, rooms.grants.lentNow(principal))
  return [...own.map((account) => ({ account, name: account.name })), ...lent.map(({ account, name, ownerName }) => ({ account, name, lentBy: ownerName }))]
}

/**
 * The account a request uses: the one its header names, the only one of his own, or the device's choice. A lent one is never used unless it was
 * named or chosen: somebody could lend an account to have what others do at the site done with it.
 * Whether he may use it is for the traffic to ask. `login_required`, `account_unknown`, `account_ambiguous`.
 */
export function chooseAccount(rooms: ChoosingRooms, principal: DevicePrincipal, site: Site, named: string | undefined): Account {
  return named === undefined ? soleOrChosen(rooms, principal, site) : byName(rooms, principal, site, named)
}

function soleOrChosen(rooms: ChoosingRooms, principal: DevicePrincipal, site: Site): Account {
  const own = ownAccounts(rooms, principal, site)
  const lent = at(site, principal, rooms.grants.lentTo(principal))
  const [first] = own
  if (first !== undefined && own.length === 1 && lent.length === 0) return first
  const chosenId = rooms.choices.of(principal.device.id, site.id)
  // Who has one of his own goes on with that when the other is over.
  const lasting = first === undefined ? lent : at(site, principal, rooms.grants.lentNow(principal))
  const chosen = own.find(({ id }) => id === chosenId) ?? lasting.find(({ account }) => account.id === chosenId)?.account
  if (chosen !== undefined) return chosen
  if (first !== undefined && own.length === 1) return first
  const names = usableAccounts(rooms, principal, site).map(({ name }) => name)
  if (names.length === 0) throw new RelayError('login_required', { params: { site: site.id } })
  throw new RelayError('account_ambiguous', { params: { site: site.id, accounts: names.join(', ') } })
}

/** Own ones by name, lent ones as OWNER/NAME. */
function byName(rooms: ChoosingRooms, principal: DevicePrincipal, site: Site, name: string): Account {
  const own = rooms.accounts.account(name, principal.user.id)
  if (own?.siteId === site.id) return own
  const lent = at(site, principal, rooms.grants.lentTo(principal)).find((one) => one.name === name)
  if (lent === undefined) throw new RelayError('account_unknown', { params: { account: name } })
  return lent.account
}

function ownAccounts({ accounts }: Pick<ChoosingRooms, 'accounts'>, principal: DevicePrincipal, { id }: Site): Account[] {
  return accounts.listAccounts({ owner: principal.user.id, siteId: id }).filter((account) => isWithinPairing(principal, account.id))
}

/** Of what is lent to a device, what is at this site. */
function at({ id }: Site, principal: DevicePrincipal, lent: readonly LentAccount[]): readonly LentAccount[] {
  return lent.length === 0 ? lent : lent.filter(({ account }) => account.siteId === id && isWithinPairing(principal, account.id))
}
