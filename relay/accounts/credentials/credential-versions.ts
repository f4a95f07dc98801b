import { RelayError } from '../../errors.ts'
import type { Sealed, Vault } from '../../vault/index.ts'
import type { AccountRecord, VersionRecord } from '../account-records.ts'
import type { Account, Credential, CredentialVersion, PendingPassword, Proposal, Site, VersionCause } from '../contract.ts'
import { checkSecrets } from '../rules/account-rules.ts'
import { credentialRef, keptRef, secretOrigins } from './credential-scope.ts'
import { newPassword, type PasswordRules } from './new-password.ts'

export interface CredentialVersionsOptions {
  readonly vault: Pick<Vault, 'seal' | 'open' | 'secret' | 'resealCredential'>
  readonly now: () => number
  readonly site: (id: string) => Site
}

/** Previous versions that are kept of an account. */
const mostPrevious = 5

interface Sheet {
  readonly sealed: Sealed
  readonly fields: readonly string[]
  /** The version that was the present one when it was proposed. */
  readonly base: number
}

/**
 * The versions of a credential: the present one, one that is written ahead while the site is asked to take it, and those before.
 *
 * A version's number is never given twice, and each is sealed under its number; those before the present one are sealed as such: whoever
 * can write the store cannot put one of them in its place. What has left for the site is kept until a sign-in has shown which one works.
 */
export class CredentialVersions {
  readonly #options: CredentialVersionsOptions
  readonly #sheets = new WeakMap<Proposal, Sheet>()
  /** The highest number given so far, of proposals that were never stored too. */
  readonly #given = new Map<string, number>()

  constructor(options: CredentialVersionsOptions) {
    this.#options = options
  }

  nextNumber({ account, lastVersion = 0 }: AccountRecord): number {
    const next = Math.max(account.credentialVersion, lastVersion, this.#given.get(account.id) ?? 0) + 1
    this.#given.set(account.id, next)
    return next
  }

  /** What stays where the password alone is replaced: the authenticator key, the answers. Of a credential that does not open, nothing. */
  async beside({ account, credential }: AccountRecord): Promise<Record<string, string>> {
    try {
      const { password: _, ...others } = await this.#open(account, credential)
      return others
    } catch {
      return {}
    }
  }

  /** Another password for the account, sealed, not stored. The value is in clear only in here. */
  async propose(record: AccountRecord, wanted: PasswordRules | { readonly password: string }): Promise<Proposal> {
    const { account } = record
    const site = this.#options.site(account.siteId)
    const password = 'password' in wanted ? wanted.password : newPassword(wanted)
    const fields = { ...(await this.#open(account, record.credential)), password }
    checkSecrets(fields)
    const version = this.nextNumber(record)
    const sealed = await this.#seal({ ...account, credentialVersion: version }, site, fields)
    const names = Object.keys(fields)
    const proposal: Proposal = Object.freeze({ accountId: account.id, version, credential: await this.handles(account, version, sealed, names) })
    this.#sheets.set(proposal, { sealed, fields: names, base: account.credentialVersion })
    return proposal
  }

  /** The record with the proposal written ahead. */
  withPending(record: AccountRecord, proposal: Proposal): AccountRecord {
    if (record.pending !== undefined) throw new RelayError('store_conflict', { detail: 'a password is pending already' })
    const { sealed, fields } = this.#sheet(record, proposal)
    const since = this.#options.now()
    const pending: PendingPassword = { version: proposal.version, since, asked: false }
    return {
      ...record,
      account: { ...record.account, pending },
      pending: { version: proposal.version, username: record.account.username, credential: sealed, fields, storedAt: since, cause: 'rotated' },
      lastVersion: proposal.version,
    }
  }

  /** The record with the pending one, or a proposal that was not written ahead, as the present one. */
  async adopted(record: AccountRecord, given: Proposal | number, cause: VersionCause): Promise<AccountRecord> {
    const next = typeof given === 'number' ? this.#pending(record, given) : this.#fromProposal(record, given, cause)
    return this.withPresent({ ...record, lastVersion: Math.max(next.version, record.lastVersion ?? 0) }, next)
  }

  /** Another present version; the one before it becomes a previous one, and so does what was pending. */
  async withPresent(record: AccountRecord, next: VersionRecord): Promise<AccountRecord> {
    const { attention, pending, isUsed, ...account } = record.account
    const { pending: ahead, ...rest } = record
    const before = [await this.#retired(record.account, presentOf(record))]
    if (ahead !== undefined && ahead.version !== next.version && pending?.asked === true) before.unshift(await this.#retired(record.account, ahead, true))
    return {
      ...rest,
      account: { ...account, username: next.username, credentialVersion: next.version, credentialSince: next.storedAt },
      credential: next.credential,
      fields: next.fields,
      cause: next.cause,
      previous: [...before, ...(record.previous ?? [])].slice(0, mostPrevious),
    }
  }

  /** The record without its pending version. One that may be known to the site is kept among the previous ones. */
  async withoutPending(record: AccountRecord): Promise<AccountRecord> {
    const { pending, ...account } = record.account
    const { pending: ahead, ...rest } = record
    if (ahead === undefined || pending?.asked !== true) return { ...rest, account }
    const kept = await this.#retired(account, ahead, true)
    return { ...rest, account, previous: [kept, ...(record.previous ?? [])].slice(0, mostPrevious) }
  }

  /** A previous version as the present one again, under a number of its own. `not_found`. */
  async reverted(record: AccountRecord, version: number | undefined): Promise<AccountRecord> {
    const old = record.previous?.find((one) => (version === undefined ? one.isUnproved !== true : one.version === version))
    if (old === undefined) throw new RelayError('not_found', { params: { what: version === undefined ? 'previous password' : `previous password ${version}` } })
    const number = this.nextNumber(record)
    const site = this.#options.site(record.account.siteId)
    const [was, is] = [old.version, number].map((credentialVersion) => ({ ...record.account, username: old.username, credentialVersion }))
    const credential = await this.#options.vault.resealCredential(keptRef(was as Account, site), credentialRef(is as Account, site), old.credential)
    const storedAt = this.#options.now()
    const next: VersionRecord = { version: number, username: old.username, credential, fields: old.fields, storedAt, cause: 'reverted' }
    return this.withPresent({ ...record, lastVersion: number }, next)
  }

  /**
   * The record whose present version a person has confirmed: the same under another number, so that what was refused under the old one
   * may be sent once more. What was pending is given up: it is among the previous ones, as far as it may have left.
   */
  async confirmed(record: AccountRecord): Promise<AccountRecord> {
    const settled = await this.withoutPending(record)
    const { attention, ...account } = settled.account
    if (attention === undefined) return record
    const site = this.#options.site(account.siteId)
    const number = this.nextNumber(settled)
    const is = { ...account, credentialVersion: number }
    const credential = await this.#options.vault.resealCredential(credentialRef(account, site), credentialRef(is, site), settled.credential)
    return { ...settled, account: is, credential, lastVersion: number }
  }

  /** Newest first; never a value. */
  list(record: AccountRecord): CredentialVersion[] {
    const shown = ({ version, username, storedAt, cause, endedAt }: VersionRecord) => ({
      version,
      username,
      storedAt,
      cause,
      ...(endedAt === undefined ? {} : { endedAt }),
    })
    return [
      ...(record.pending === undefined ? [] : [{ ...shown(record.pending), state: 'pending' as const }]),
      { ...shown(presentOf(record)), state: 'present' as const },
      ...(record.previous ?? []).map((one) => ({ ...shown(one), state: one.isUnproved === true ? ('unproved' as const) : ('previous' as const) })),
    ]
  }

  async handles(account: Account, version: number, sealed: Sealed, fields: readonly string[]): Promise<Credential> {
    const site = this.#options.site(account.siteId)
    const ref = credentialRef({ ...account, credentialVersion: version }, site)
    const origins = secretOrigins(site)
    const secrets = await Promise.all(
      fields.map(async (field) => [field, await this.#options.vault.secret(ref, sealed, { account: account.id, field, origins })] as const),
    )
    return { username: account.username, secrets: Object.fromEntries(secrets) }
  }

  /** A version as a previous one. */
  async #retired(account: Account, version: VersionRecord, isUnproved = false): Promise<VersionRecord> {
    const site = this.#options.site(account.siteId)
    const its = { ...account, username: version.username, credentialVersion: version.version }
    const credential = await this.#options.vault.resealCredential(credentialRef(its, site), keptRef(its, site), version.credential)
    return { ...version, credential, endedAt: this.#options.now(), ...(isUnproved ? { isUnproved } : {}) }
  }

  async #open(account: Account, sealed: Sealed): Promise<Record<string, string>> {
    const opened = await this.#options.vault.open(credentialRef(account, this.#options.site(account.siteId)), sealed)
    try {
      return JSON.parse(opened.toString()) as Record<string, string>
    } finally {
      opened.fill(0)
    }
  }

  async #seal(account: Account, site: Site, fields: Readonly<Record<string, string>>): Promise<Sealed> {
    const bytes = Buffer.from(JSON.stringify(fields))
    try {
      return await this.#options.vault.seal(credentialRef(account, site), bytes)
    } finally {
      bytes.fill(0)
    }
  }

  #pending({ pending }: AccountRecord, version: number): VersionRecord {
    if (pending?.version !== version) throw new RelayError('store_conflict', { detail: 'that version is not pending' })
    return pending
  }

  #fromProposal(record: AccountRecord, proposal: Proposal, cause: VersionCause): VersionRecord {
    if (record.pending?.version === proposal.version) return { ...record.pending, cause }
    const { sealed, fields } = this.#sheet(record, proposal)
    return { version: proposal.version, username: record.account.username, credential: sealed, fields, storedAt: this.#options.now(), cause }
  }

  /** What a proposal holds, as long as nobody has replaced the credential meanwhile. */
  #sheet({ account }: AccountRecord, proposal: Proposal): Sheet {
    const sheet = this.#sheets.get(proposal)
    if (sheet === undefined || proposal.accountId !== account.id || sheet.base !== account.credentialVersion) {
      throw new RelayError('store_conflict', { detail: 'the credential was replaced meanwhile' })
    }
    return sheet
  }
}

/** The present version as one of several. */
function presentOf({ account, credential, fields, cause = 'added' }: AccountRecord): VersionRecord {
  return { version: account.credentialVersion, username: account.username, credential, fields, storedAt: account.credentialSince ?? account.createdAt, cause }
}
