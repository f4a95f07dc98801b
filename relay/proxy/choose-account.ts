import type { Account, AccountChoices, Accounts, Site } from '../accounts/index.ts'
import { decide } from '../control/index.ts'
import { RelayError } from '../errors.ts'
import type { DevicePrincipal } from './device-credentials.ts'

/** What a device may use at a site, in order of name. */
export function usableAccounts(accounts: Pick<Accounts, 'listAccounts'>, principal: DevicePrincipal, site: Site): Account[] {
  return accounts.listAccounts({ owner: principal.user.id, siteId: site.id }).filter((account) => decide(principal, 'use', account).allowed)
}

/**
 * The account a request uses: the one its header names, the only one, or the device's choice.
 * `login_required`, `account_unknown`, `account_ambiguous`, `forbidden`.
 */
export function chooseAccount(
  accounts: Pick<Accounts, 'account' | 'listAccounts'>,
  choices: Pick<AccountChoices, 'of'>,
  principal: DevicePrincipal,
  site: Site,
  named: string | undefined,
): Account {
  const account = named === undefined ? soleOrChosen(accounts, choices, principal, site) : byName(accounts, principal, site, named)
  checkUse(principal, account)
  return account
}

/** `forbidden` unless this principal may use it. */
export function checkUse(principal: DevicePrincipal, account: Account): void {
  const decision = decide(principal, 'use', account)
  if (!decision.allowed) throw new RelayError('forbidden', { params: { reason: decision.reason } })
}

function soleOrChosen(accounts: Pick<Accounts, 'listAccounts'>, choices: Pick<AccountChoices, 'of'>, principal: DevicePrincipal, site: Site): Account {
  const own = accounts.listAccounts({ owner: principal.user.id, siteId: site.id })
  const [first] = own
  if (first === undefined) throw new RelayError('login_required', { params: { site: site.id } })
  if (own.length === 1) return first
  const chosenId = choices.of(principal.device.id, site.id)
  const chosen = own.find(({ id }) => id === chosenId)
  if (chosen !== undefined) return chosen
  throw new RelayError('account_ambiguous', { params: { site: site.id, accounts: own.map(({ name }) => name).join(', ') } })
}

function byName(accounts: Pick<Accounts, 'account'>, principal: DevicePrincipal, site: Site, name: string): Account {
  const account = accounts.account(name, principal.user.id)
  if (account === undefined || account.siteId !== site.id) throw new RelayError('account_unknown', { params: { account: name } })
  return account
}
