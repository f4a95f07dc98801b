import { randomUUID } from 'node:crypto'
import type { Account, AccountProposal, Accounts, Site } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import type { Login } from '../../login/index.ts'
import type { NewAccount, NewAccountWanted, SessionEvent } from '../contract.ts'
import type { Challenges } from '../sign-ins/challenges.ts'

export interface NewAccountsOptions {
  readonly accounts: Accounts
  readonly login: Login
  readonly challenges: Challenges
  readonly personSeconds: number
  readonly now: () => number
  readonly emit: (event: SessionEvent) => void
  /** Signs in as a person has asked for it. */
  readonly signIn: (accountId: string) => Promise<unknown>
}

/**
 * Accounts that the relay itself makes at sites. The account is stored, as one that needs a person, before its password leaves for the site: a
 * relay that is killed from then on leaves it findable. A sign-in that works makes it one like all others.
 */
export class NewAccounts {
  readonly #options: NewAccountsOptions
  /** By user and site: one at a time. */
  readonly #underWay = new Set<string>()
  readonly #ending = new AbortController()

  constructor(options: NewAccountsOptions) {
    this.#options = options
  }

  prepare(wanted: NewAccountWanted): NewAccount {
    const { accounts, login, now } = this.#options
    const { userId: owner, siteId, username } = wanted
    const site = accounts.site(siteId)
    if (site === undefined) throw new RelayError('site_unknown', { params: { site: siteId } })
    const name = wanted.name ?? site.id
    accounts.checkNewName(owner, name)
    if (!login.canRegister(site))
      throw new RelayError('bad_request', {
        params: { problem: `the adapter ${site.adapter} makes no accounts: register at ${site.id} through the proxy, which the relay notices` },
      })
    const account: Account = Object.freeze({ id: randomUUID(), name, siteId, owner, username, createdAt: now(), credentialVersion: 1 })
    return { account, make: () => this.#alone(`${owner} ${siteId}`, () => this.#make(account, site, wanted)) }
  }

  stop(): void {
    this.#ending.abort()
  }

  async #alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (this.#underWay.has(key)) throw new RelayError('bad_request', { params: { problem: 'another registration of yours at this site is under way' } })
    this.#underWay.add(key)
    try {
      return await work()
    } finally {
      this.#underWay.delete(key)
    }
  }

  async #make(draft: Account, site: Site, { username, details }: NewAccountWanted): Promise<Account> {
    const { accounts, login, challenges, personSeconds, now, emit, signIn } = this.#options
    const { signal } = this.#ending
    const attempt = randomUUID()
    let proposal: AccountProposal | undefined
    emit({ type: 'started', account: draft, attempt, at: now() })
    const { asked, said, seen, cause, waitsFor } = await login.register({
      site,
      username,
      details,
      next: async (rules) => {
        proposal = await accounts.proposeAccount({ owner: draft.owner, siteId: site.id, username, id: draft.id, rules })
        return passwordOf(proposal)
      },
      beforeItLeaves: async () => {
        if (proposal !== undefined && accounts.account(draft.id) === undefined)
          await accounts.adoptAccount(proposal, draft.name, { reason: 'registering', seen: 'the site was asked to make it', since: now() })
      },
      onStep: (step) => emit({ type: 'step', account: draft, attempt, step, at: now() }),
      ask: (challenge) =>
        challenges.ask(draft, challenge, personSeconds, signal, ({ id, expiresAt }) =>
          emit({ type: 'challenge', account: draft, attempt, id, expiresAt, at: now() }),
        ),
      signal,
    })
    const end = (kind: 'unknown' | 'challenge', told: readonly string[]) => emit({ type: 'failed', account: draft, attempt, kind, seen: told, at: now() })
    // What broke says nothing of the account; what the site said does.
    const isRefused = said === 'refused' && cause === undefined && !signal.aborted
    if (!asked || isRefused) {
      if (asked) await accounts.removeAccount(draft.id)
      else if (proposal !== undefined) await accounts.dropAccountProposal(proposal)
      end('unknown', seen)
      throw new RelayError('registration_failed', { params: { site: site.id, reason: seen.join('; ') } })
    }
    if (waitsFor !== undefined || signal.aborted) {
      const told = waitsFor ?? 'the relay was stopped before the site had answered'
      end('challenge', [told, `the account is kept as ${draft.name}: sign in with it when that is done`])
      return accounts.setAttention(draft.id, { reason: 'registering', seen: told, since: now() }, draft.credentialVersion)
    }
    await signIn(draft.id)
    return accounts.account(draft.id) ?? draft
  }
}

function passwordOf({ credential }: AccountProposal) {
  const { password } = credential.secrets
  if (password === undefined) throw new RelayError('internal', { detail: 'a proposal without a password' })
  return password
}
