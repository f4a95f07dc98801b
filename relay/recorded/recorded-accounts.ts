import type { Account, Accounts, Site } from '../accounts/index.ts'
import type { Audit, AuditEntry } from '../audit/index.ts'
import { recorded } from './recorded.ts'

/** Sites, accounts and the life of their credentials, whoever changes them: a person, a declaration's file, the relay. */
export function recordedAccounts(accounts: Accounts, audit: Audit): Accounts {
  const of = (id: string): Pick<AuditEntry, 'owner' | 'account' | 'site'> => ownedAccount(accounts, id)
  return recorded(accounts, audit, {
    addSite: (site) => ({ act: 'site.add', ...siteFacts(site) }),
    replaceSite: (site) => ({ act: 'site.change', ...siteFacts(site) }),
    removeSite: (site) => ({ act: 'site.remove', site }),

    addAccount: ({ owner, siteId, name = siteId, replace, cause }) => ({
      act: replace === true ? 'account.replace' : 'account.add',
      owner,
      site: siteId,
      details: { name, ...(cause === undefined ? {} : { cause }) },
      told: ({ id }) => ({ account: id }),
    }),
    adoptAccount: ({ account: { id, owner, siteId } }, name = siteId) => ({
      act: 'account.add',
      owner,
      account: id,
      site: siteId,
      details: { name, cause: 'registered' },
    }),
    removeAccount: (id) => ({ act: 'account.remove', ...of(id) }),
    writeAhead: ({ accountId, version }) => ({ act: 'account.new-password', ...of(accountId), details: { version } }),
    adopt: (id, given, cause) => ({
      act: 'account.take-password',
      ...of(id),
      details: { cause, version: typeof given === 'number' ? given : given.version },
    }),
    dropPending: (id, version) => ({ act: 'account.drop-password', ...of(id), details: { version } }),
    revert: (id, version) => ({ act: 'account.revert', ...of(id), ...(version === undefined ? {} : { details: { version } }) }),
    confirm: (id) => ({ act: 'account.confirm', ...of(id) }),
    freeze: (id, reason) => ({ act: 'account.freeze', ends: true, ...of(id), reason }),
    unfreeze: (id) => ({ act: 'account.unfreeze', ...of(id) }),
    setRotation: (id, policy) => ({ act: 'account.rotation', ...of(id), details: { ...policy } }),
    setKeepAlive: (id, policy) => ({
      act: 'account.keep-alive',
      ...of(id),
      details: typeof policy === 'object' ? { everyMinutes: policy.everyMinutes, hours: policy.hours } : { policy: policy ?? 'as the site says' },
    }),
    setCopies: (id, rule) => ({ act: 'account.copies', ...of(id), details: { copies: rule === undefined ? 'no' : rule.attached ? 'attached too' : 'yes' } }),
    setDenyPaths: (id, deny) => ({ act: 'account.deny-paths', ...of(id), details: { paths: deny?.paths.join(' ') ?? '' } }),
  })
}

/** What a record says of an account. */
export function accountFacts({ id, owner, siteId }: Account): Required<Pick<AuditEntry, 'owner' | 'account' | 'site'>> {
  return { owner, account: id, site: siteId }
}

/** The same by its id; one that is not there is named alone. */
export function ownedAccount(accounts: Pick<Accounts, 'account'>, id: string): Pick<AuditEntry, 'owner' | 'account' | 'site'> {
  const account = accounts.account(id)
  return account === undefined ? { account: id } : accountFacts(account)
}

function siteFacts({ id, origins, adapter, delivery }: Pick<Site, 'id' | 'origins' | 'adapter' | 'delivery'>) {
  return { site: id, details: { origins: origins.join(' '), adapter, delivery } }
}
