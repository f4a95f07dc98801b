import { randomUUID } from 'node:crypto'
import type { SessionHeader, StorageEntry } from '../../../adapters/index.ts'
import type { Account, Credential, Site } from '../../accounts/index.ts'
import { CookieJar, type SignInOutcome } from '../../login/index.ts'
import type { Route } from '../../outbound/index.ts'
import type { HandedCookie, SiteSession } from '../contract.ts'

/** What is kept of a session at rest, before sealing. Secrets in headers stand as the name of the credential's field. */
export interface SessionSnapshot {
  readonly id: string
  readonly cookies: string
  readonly headers: readonly SnapshotHeader[]
  /** Absent in what older relays wrote. */
  readonly storage?: readonly StorageEntry[]
  readonly cookiesTell: boolean
  readonly landingUrl: string
  /** At a site that has endpoints. */
  readonly endpoint?: string
  readonly client?: string
  readonly createdAt: number
  /** As it was when this was stored. Absent in what older relays wrote. */
  readonly lastUsedAt?: number
  readonly evidence: readonly string[]
  /** The credential this session was obtained with; another one makes it void. */
  readonly credentialVersion: number
}

interface SnapshotHeader {
  readonly name: string
  readonly value:
    | string
    | { readonly basic: { readonly username: string; readonly field: string } }
    | { readonly digest: { readonly username: string; readonly field: string; readonly challenge: string } }
    | { readonly cookie: string }
  readonly origins?: readonly string[]
}

/** What a sign-in yields. */
export interface NewSession
  extends Pick<Extract<SignInOutcome, { readonly ok: true }>, 'cookies' | 'headers' | 'storage' | 'cookiesTell' | 'landingUrl' | 'evidence'> {
  readonly route: Route
}

/** A live session in memory. `onChange` is called when its cookies have changed and should be stored. */
export class LiveSession implements SiteSession {
  readonly id: string
  readonly site: Site
  readonly headers: readonly SessionHeader[]
  readonly storage: readonly StorageEntry[]
  readonly cookiesTell: boolean
  readonly landingUrl: string
  readonly route: Route
  readonly createdAt: number
  lastUsedAt: number
  readonly evidence: readonly string[]
  #account: Account
  readonly #jar: CookieJar
  readonly #ending = new AbortController()
  readonly #onChange: (session: LiveSession) => void

  private constructor(
    account: Account,
    site: Site,
    snapshot: Omit<SessionSnapshot, 'headers'>,
    headers: readonly SessionHeader[],
    route: Route,
    onChange: (session: LiveSession) => void,
  ) {
    this.id = snapshot.id
    this.#account = account
    this.site = site
    this.headers = headers
    this.storage = snapshot.storage ?? []
    this.cookiesTell = snapshot.cookiesTell
    this.landingUrl = snapshot.landingUrl
    this.route = route
    this.createdAt = snapshot.createdAt
    this.lastUsedAt = snapshot.lastUsedAt ?? snapshot.createdAt
    this.evidence = snapshot.evidence
    this.#jar = CookieJar.restore(snapshot.cookies)
    this.#onChange = onChange
  }

  static begin(account: Account, site: Site, fresh: NewSession, now: number, onChange: (session: LiveSession) => void): LiveSession {
    const { cookies, storage, cookiesTell, landingUrl, evidence } = fresh
    const snapshot = { id: randomUUID(), cookies, storage, cookiesTell, landingUrl, evidence, createdAt: now, credentialVersion: account.credentialVersion }
    return new LiveSession(account, site, snapshot, fresh.headers, fresh.route, onChange)
  }

  static restore(account: Account, site: Site, credential: Credential, snapshot: SessionSnapshot, onChange: (session: LiveSession) => void): LiveSession {
    const headers = snapshot.headers.map((header) => openHeader(header, credential))
    const { client, endpoint } = snapshot
    return new LiveSession(account, site, snapshot, headers, { ...(client === undefined ? {} : { client }), endpoint }, onChange)
  }

  snapshot(): SessionSnapshot {
    const { client, endpoint } = this.route
    return {
      id: this.id,
      cookies: this.#jar.serialise(),
      headers: this.headers.map(closeHeader),
      storage: this.storage,
      cookiesTell: this.cookiesTell,
      landingUrl: this.landingUrl,
      // Elsewhere it does not matter who the client was.
      ...(endpoint === undefined ? {} : { endpoint, ...(client === undefined ? {} : { client }) }),
      createdAt: this.createdAt,
      lastUsedAt: this.lastUsedAt,
      evidence: this.evidence,
      credentialVersion: this.account.credentialVersion,
    }
  }

  get account(): Account {
    return this.#account
  }

  /** The site has taken another password, and this session goes on. */
  goOnAs(account: Account): void {
    this.#account = account
  }

  /** Is this still its account, with the credential it was obtained with, and not frozen since? */
  isOf(present: Account | undefined): boolean {
    return present?.credentialVersion === this.#account.credentialVersion && present.attention?.reason !== 'frozen'
  }

  /** Is this still the site that the session was obtained at? Other settings of it do not matter to a session that lives. */
  isAt(present: Site | undefined): boolean {
    const { site } = this
    if (present === undefined || present === site) return present === site
    const servers = JSON.stringify(present.endpoints) === JSON.stringify(site.endpoints)
    return servers && present.origins.join() === site.origins.join() && present.ca === site.ca && present.networks.join() === site.networks.join()
  }

  get ended(): AbortSignal {
    return this.#ending.signal
  }

  /** Cuts every stream that uses this session (law 7). */
  cut(): void {
    this.#ending.abort()
  }

  cookieHeader(url: URL): string {
    return this.#jar.header(url)
  }

  cookieNames(url: URL): readonly string[] {
    return this.#jar.names(url)
  }

  absorb(url: URL, setCookies: readonly string[]): readonly string[] {
    if (setCookies.length === 0) return []
    const mark = this.#jar.mark()
    for (const line of setCookies) this.#jar.set(line, url)
    const changes = this.#jar.changesSince(mark)
    if (changes.length > 0) this.#onChange(this)
    return changes.filter(({ change }) => change === 'removed').map(({ name }) => name)
  }

  cookies(): readonly HandedCookie[] {
    return this.#jar.cookies()
  }

  /** The jar as it stands, for asking the site. */
  serialisedCookies(): string {
    return this.#jar.serialise()
  }
}

/** Is the password itself sent with every request? */
export function goesByPassword({ headers }: SessionSnapshot): boolean {
  return headers.some(({ value }) => typeof value !== 'string' && !('cookie' in value))
}

function closeHeader({ value, ...header }: SessionHeader): SnapshotHeader {
  if (typeof value === 'string' || 'cookie' in value) return { ...header, value }
  if ('basic' in value) return { ...header, value: { basic: { username: value.basic.username, field: value.basic.password.scope.field } } }
  const { username, password, challenge } = value.digest
  return { ...header, value: { digest: { username, field: password.scope.field, challenge } } }
}

function openHeader({ value, ...header }: SnapshotHeader, { secrets }: Credential): SessionHeader {
  if (typeof value === 'string' || 'cookie' in value) return { ...header, value }
  const { username, field } = 'basic' in value ? value.basic : value.digest
  const password = secrets[field]
  if (password === undefined) throw new Error(`the credential has no field ${field}`)
  return { ...header, value: 'basic' in value ? { basic: { username, password } } : { digest: { username, password, challenge: value.digest.challenge } } }
}
