import { randomBytes, randomUUID } from 'node:crypto'
import type { Account, Accounts, Site } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import { CookieJar, type Login } from '../../login/index.ts'
import type { PageSignIn, PageSignIns } from '../contract.ts'
import { attentionError, isFrozen } from '../failures/failure.ts'
import { LiveSession, type NewSession } from '../live/site-session.ts'
import { beginRoute } from '../sign-ins/begin-route.ts'

export interface PageSignInsOptions {
  readonly accounts: Accounts
  readonly login: Login
  readonly now: () => number
  /** Makes it the account's session. */
  readonly adopt: (account: Account, site: Site, session: NewSession) => Promise<void>
  /** What the site said was no. */
  readonly refused: (account: Account, seen: string) => Promise<void>
}

const life = 600_000
/** Placeholders for one version of a credential that came to nothing, until a person gives it anew (law 3). */
const mostSpent = 3
/** Requests after the form that are held against the session: a second page may ask for more. */
const mostLooks = 5

/**
 * Sign-ins that a person does on the site's own page, with a placeholder in the password's place: random, for one attempt, for a short time,
 * spent once. The cookies that the site gives meanwhile stay here; once the site knows them as signed in, they are the account's session.
 */
export class PlaceholderSignIns implements PageSignIns {
  readonly #options: PageSignInsOptions
  readonly #underWay = new Map<string, Attempt>()
  readonly #spent = new Map<string, number>()

  constructor(options: PageSignInsOptions) {
    this.#options = options
  }

  async begin(accountId: string, deviceId: string | undefined): Promise<PageSignIn> {
    const { accounts, login, now } = this.#options
    const account = accounts.account(accountId)
    const site = account && accounts.site(account.siteId)
    if (account === undefined || site === undefined) throw new RelayError('account_unknown', { params: { account: accountId } })
    if (account.attention !== undefined && isFrozen(account)) throw attentionError(account, account.attention)
    const used = this.#spent.get(versionOf(account)) ?? 0
    const refuse = (reason: string) => new RelayError('placeholder_refused', { params: { account: account.name, reason } })
    if (used >= mostSpent) throw refuse(`${used} of them came to nothing; give the relay the password anew`)
    if (account.pending?.asked === true) throw refuse('a change of its password is unfinished: let the relay sign in once')
    const route = beginRoute()
    const form = await login.pageForm(site, route)
    const { username, secrets } = await accounts.credential(account.id)
    if (secrets.password === undefined) throw refuse('it has no password')
    const empty = { cookies: CookieJar.create().serialise(), headers: [], storage: [], cookiesTell: false, landingUrl: site.loginUrl, evidence: [], route }
    const attempt: Attempt = {
      id: randomUUID(),
      account,
      site,
      username,
      password: secrets.password,
      placeholder: `lr-${randomBytes(24).toString('base64url')}`,
      expiresAt: now() + life,
      form,
      session: LiveSession.begin(account, site, empty, now(), () => {}),
      deviceId,
      isSpent: false,
      looks: 0,
    }
    this.#underWay.set(account.id, attempt)
    return attempt
  }

  of(accountId: string, deviceId: string): PageSignIn | undefined {
    const attempt = this.#underWay.get(accountId)
    if (attempt === undefined || (attempt.deviceId !== undefined && attempt.deviceId !== deviceId)) return undefined
    if (attempt.expiresAt > this.#options.now() && this.#isUsable(attempt)) return attempt
    this.#underWay.delete(accountId)
    return undefined
  }

  isUnderWay(accountId: string): boolean {
    const attempt = this.#underWay.get(accountId)
    return attempt !== undefined && attempt.expiresAt > this.#options.now()
  }

  take(signIn: PageSignIn): boolean {
    const attempt = this.#underWay.get(signIn.account.id)
    if (attempt !== signIn || attempt.isSpent || attempt.expiresAt <= this.#options.now() || !this.#isUsable(attempt)) return false
    attempt.isSpent = true
    const version = versionOf(attempt.account)
    this.#spent.set(version, (this.#spent.get(version) ?? 0) + 1)
    return true
  }

  async answered(signIn: PageSignIn, { refusal, cookiesTell }: { refusal?: string; cookiesTell: boolean }): Promise<void> {
    const attempt = this.#underWay.get(signIn.account.id)
    if (attempt !== signIn || !attempt.isSpent || attempt.looks >= mostLooks) return
    attempt.looks += 1
    attempt.cookiesTell ||= cookiesTell
    const { account, site, session } = attempt
    const cookies = session.serialisedCookies()
    const isIn = await this.#options.login.isSignedIn({ site, cookies, headers: [], route: session.route }).catch(() => false)
    if (this.#underWay.get(account.id) !== attempt) return
    if (isIn) {
      this.#underWay.delete(account.id)
      this.#spent.delete(versionOf(account))
      const evidence = ['the page sent the form, and the site knows the session as signed in']
      const landingUrl = site.landingUrl ?? new URL('/', site.loginUrl).href
      const { route } = session
      await this.#options.adopt(account, site, { cookies, headers: [], storage: [], cookiesTell: attempt.cookiesTell === true, landingUrl, evidence, route })
    } else if (refusal !== undefined) {
      this.#underWay.delete(account.id)
      await this.#options.refused(account, refusal)
    }
  }

  end(accountId: string): void {
    this.#underWay.delete(accountId)
  }

  /** It may have been replaced or frozen since the attempt began, while the site's form was waited for too. */
  #isUsable({ account: { id, credentialVersion } }: Attempt): boolean {
    const present = this.#options.accounts.account(id)
    return present !== undefined && present.credentialVersion === credentialVersion && !isFrozen(present)
  }
}

interface Attempt extends PageSignIn {
  readonly session: LiveSession
  readonly deviceId: string | undefined
  isSpent: boolean
  looks: number
  cookiesTell?: boolean
}

function versionOf({ id, credentialVersion }: Account): string {
  return `${id} ${credentialVersion}`
}
