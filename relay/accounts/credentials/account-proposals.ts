import { randomUUID } from 'node:crypto'
import { RelayError } from '../../errors.ts'
import type { Sealed, Vault } from '../../vault/index.ts'
import type { Account, AccountProposal, Accounts, Site } from '../contract.ts'
import { checkSecrets, checkUsername } from '../rules/account-rules.ts'
import { credentialRef } from './credential-scope.ts'
import type { CredentialVersions } from './credential-versions.ts'
import { newPassword } from './new-password.ts'

export interface AccountProposalsOptions {
  readonly vault: Pick<Vault, 'sealCredential' | 'destroyKey'>
  readonly versions: CredentialVersions
  readonly now: () => number
}

/** Accounts that may come to be: their password is sealed in memory, and of it nothing is stored. */
export class AccountProposals {
  readonly #options: AccountProposalsOptions
  readonly #sheets = new WeakMap<AccountProposal, Sealed>()

  constructor(options: AccountProposalsOptions) {
    this.#options = options
  }

  /** The value is in clear only in here. */
  async propose({ owner, username, id = randomUUID(), ...wanted }: Parameters<Accounts['proposeAccount']>[0], site: Site): Promise<AccountProposal> {
    checkUsername(username)
    const password = 'password' in wanted ? wanted.password : newPassword(wanted.rules)
    checkSecrets({ password })
    const { vault, versions, now } = this.#options
    const account: Account = { id, name: site.id, siteId: site.id, owner, username, createdAt: now(), credentialVersion: 1 }
    const sealed = await vault.sealCredential(credentialRef(account, site), { password })
    const proposal = Object.freeze({ account, credential: await versions.handles(account, 1, sealed, ['password']) })
    this.#sheets.set(proposal, sealed)
    return proposal
  }

  sealed(proposal: AccountProposal): Sealed {
    const sealed = this.#sheets.get(proposal)
    if (sealed === undefined) throw new RelayError('store_conflict', { detail: 'the proposal was dropped' })
    return sealed
  }

  async drop(proposal: AccountProposal): Promise<void> {
    if (this.#sheets.delete(proposal)) await this.#options.vault.destroyKey(proposal.account.id)
  }
}
