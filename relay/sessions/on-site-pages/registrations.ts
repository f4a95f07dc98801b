import { randomUUID } from 'node:crypto'
import type { Account, AccountProposal, Accounts, Site } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import type { Login } from '../../login/index.ts'
import type { NewAccount, NewAccountWanted, RegistrationOffer, Registrations } from '../contract.ts'
import { failureError } from '../failures/failure.ts'
import type { NewSession } from '../live/site-session.ts'
import { beginRoute } from '../sign-ins/begin-route.ts'
import type { Challenges } from '../sign-ins/challenges.ts'
import { NewAccounts, type NewAccountsOptions } from './new-accounts.ts'

export interface RegistrationsOptions {
  readonly accounts: Accounts
  readonly login: Login
  readonly challenges: Challenges
  readonly personSeconds: number
  readonly now: () => number
  readonly adopt: (account: Account, site: Site, session: NewSession) => Promise<void>
  readonly emit: NewAccountsOptions['emit']
  readonly signIn: NewAccountsOptions['signIn']
}

/** How long a person has for registering, and for saying whether to keep it. */
const life = { window: 1_800_000, offer: 3_600_000 }
/** Sign-ins by which an offer may be proved: the site may want a mail confirmed first (law 3). */
const mostTries = 3

interface Kept extends RegistrationOffer {
  readonly userId: string
  readonly proposal: AccountProposal
  tries: number
}

/**
 * Registrations through the proxy. While a person's window at a site is open, requests go there as they are; a registration that the site
 * did not refuse is offered to him. In memory only: without his word nothing is stored, and with it, what a sign-in has proved.
 */
export class OfferedRegistrations implements Registrations {
  readonly #options: RegistrationsOptions
  /** By user and site: until when. */
  readonly #windows = new Map<string, number>()
  readonly #offers = new Map<string, Kept>()
  readonly #newAccounts: NewAccounts

  constructor(options: RegistrationsOptions) {
    this.#options = options
    this.#newAccounts = new NewAccounts(options)
  }

  prepare(wanted: NewAccountWanted): NewAccount {
    return this.#newAccounts.prepare(wanted)
  }

  open(userId: string, siteId: string): { readonly expiresAt: number } {
    if (this.#options.accounts.site(siteId) === undefined) throw new RelayError('site_unknown', { params: { site: siteId } })
    const expiresAt = this.#options.now() + life.window
    this.#windows.set(`${userId} ${siteId}`, expiresAt)
    return { expiresAt }
  }

  isOpen(userId: string, siteId: string): boolean {
    if (this.#windows.size === 0) return false
    const key = `${userId} ${siteId}`
    const until = this.#windows.get(key)
    if (until === undefined) return false
    if (until > this.#options.now()) return true
    this.#windows.delete(key)
    return false
  }

  close(userId: string, siteId: string): void {
    this.#windows.delete(`${userId} ${siteId}`)
  }

  /** The latest takes the place of one before: the person has corrected it. */
  async offer(userId: string, site: Site, given: { readonly username: string; readonly password: string }): Promise<void> {
    const { accounts, now } = this.#options
    const proposal = await accounts.proposeAccount({ owner: userId, siteId: site.id, ...given })
    for (const offer of this.#of(userId)) if (offer.siteId === site.id) await this.#drop(offer)
    const id = randomUUID()
    this.#offers.set(id, { id, userId, siteId: site.id, username: given.username, expiresAt: now() + life.offer, proposal, tries: 0 })
  }

  offers(userId: string): readonly RegistrationOffer[] {
    return this.#of(userId).map(({ id, siteId, username, expiresAt }) => ({ id, siteId, username, expiresAt }))
  }

  async accept(id: string, userId: string, name?: string): Promise<Account> {
    const { accounts, login, challenges, personSeconds, adopt } = this.#options
    const offer = this.#known(id, userId)
    const { account, credential } = offer.proposal
    const site = accounts.site(offer.siteId)
    if (site === undefined) throw new RelayError('site_unknown', { params: { site: offer.siteId } })
    accounts.checkNewName(userId, name ?? site.id)
    if (offer.tries >= mostTries) throw new RelayError('not_found', { params: { what: 'such offer any more: too many sign-ins with it were refused' } })
    offer.tries += 1
    const ending = new AbortController()
    const ask = (challenge: Parameters<Challenges['ask']>[1]) => challenges.ask(account, challenge, personSeconds, ending.signal, () => {})
    const route = beginRoute()
    const draft = { ...account, credentialVersion: offer.tries }
    const outcome = await login.signIn({ site, account: draft, credential, onStep: () => {}, ask, signal: ending.signal, route })
    if (!outcome.ok) throw failureError(account, outcome)
    this.#offers.delete(id)
    const kept = await accounts.adoptAccount(offer.proposal, name)
    this.close(userId, site.id)
    await adopt(kept, site, { ...outcome, route })
    return kept
  }

  async decline(id: string, userId: string): Promise<void> {
    await this.#drop(this.#known(id, userId))
  }

  async stop(): Promise<void> {
    this.#newAccounts.stop()
    await Promise.allSettled([...this.#offers.values()].map((offer) => this.#drop(offer)))
  }

  #of(userId: string): Kept[] {
    const now = this.#options.now()
    for (const offer of this.#offers.values()) if (offer.expiresAt <= now) void this.#drop(offer).catch(() => {})
    return [...this.#offers.values()].filter((offer) => offer.userId === userId)
  }

  #known(id: string, userId: string): Kept {
    const offer = this.#of(userId).find((one) => one.id === id)
    if (offer === undefined) throw new RelayError('not_found', { params: { what: 'such offer' } })
    return offer
  }

  async #drop(offer: Kept): Promise<void> {
    this.#offers.delete(offer.id)
    await this.#options.accounts.dropAccountProposal(offer.proposal)
  }
}
