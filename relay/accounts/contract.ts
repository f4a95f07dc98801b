import type { Secret } from '../vault/index.ts'

/** How a site session reaches a client. */
export type Delivery =
  /** The proxy adds the session on the way; the terminal holds nothing. */
  | 'attach'
  /** The real cookies are given to the client. */
  | 'handoff'

/** Kinds of address a host may resolve to; what was seen when the site was enrolled is what stays allowed. */
export type Network =
  | 'public'
  /** RFC 1918, RFC 4193 and shared address space. */
  | 'private'
  | 'loopback'

/** A business server: one or more origins, and the adapter that knows its login. */
export interface Site {
  readonly id: string
  /** Serialised origins (RFC 6454); the first is the one the site was added by. Secrets go to these only. */
  readonly origins: readonly string[]
  /** Where signing in starts. */
  readonly loginUrl: string
  /** Where a person lands after signing in, when the site does not say. */
  readonly landingUrl?: string
  readonly adapter: string
  /** The adapter's own settings, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly delivery: Delivery
  /** PEM of a private CA that vouches for this site. */
  readonly ca?: string
  readonly networks: readonly Network[]
  /** What its login page looked like when it was last looked at and somebody agreed. */
  readonly seen?: LoginPageSeen
  readonly createdAt: number
}

/** What a look at a login page recognised: names and addresses, no values. */
export interface LoginPageSeen {
  /** Its address, without the values of its query. */
  readonly page: string
  readonly title: string
  readonly charset: string
  /** Schemes of HTTP authentication that it offers: `Basic`, `Digest`, `NTLM`, `Negotiate`. */
  readonly auth?: readonly string[]
  readonly form?: { readonly name?: string; readonly method: 'get' | 'post'; readonly action: string }
  readonly user?: string
  readonly password?: string
  readonly captcha?: string
  readonly captchaImage?: boolean
  /** The field for a one-time code. */
  readonly code?: string
  readonly remember?: readonly string[]
  readonly consent?: readonly string[]
  /** Where it keeps what it holds against forged requests: `field csrf`, `cookie XSRF-TOKEN`, `meta csrf-token`, `header x-csrf-token`. */
  readonly csrf?: readonly string[]
  readonly hidden?: readonly string[]
  /** The address of a login API that its scripts speak JSON with. */
  readonly api?: string
  /** Field names differ from one load to the next. */
  readonly namesChange?: boolean
}

/** What an account needs from a person before it is touched again (law 3). */
export interface Attention {
  /** `unknown`: a password left, and nothing the relay knows told what the site made of it. */
  readonly reason: 'wrong-password' | 'blocked' | 'challenge' | 'unknown'
  /** Safe words: what was seen. */
  readonly seen: string
  readonly since: number
}

/** One set of credentials at one site, owned by one user. */
export interface Account {
  readonly id: string
  /** Unique within its owner; defaults to the site's id. */
  readonly name: string
  readonly siteId: string
  readonly owner: string
  /** The user name at the site; shown to the owner. */
  readonly username: string
  readonly attention?: Attention
  readonly createdAt: number
  /** Grows when the credential is replaced. */
  readonly credentialVersion: number
}

/** An account's secrets as handles, scoped to its site's origins. */
export interface Credential {
  readonly username: string
  readonly secrets: Readonly<Record<string, Secret>>
}

export interface Accounts {
  start(): Promise<void>
  stop(): Promise<void>

  /**
   * `already_exists` (the id, or another site at one of the origins); `bad_request` when an origin's host is a public suffix, the
   * id is unfit, a login or landing address lies outside the origins, or the CA is not PEM certificates.
   */
  addSite(site: Omit<Site, 'createdAt'>): Promise<Site>
  /**
   * Gives an enrolled site other settings; its accounts stay. Where the origins, the login address or the CA decide where secrets go, the
   * credentials are sealed anew to the new ones: who calls this has asked a person first. A crash in between is made up for at the next
   * start. `site_unknown`; else as `addSite`.
   */
  replaceSite(site: Omit<Site, 'createdAt'>): Promise<Site>
  listSites(): Promise<Site[]>
  /** From memory. */
  site(id: string): Site | undefined
  /** The site that has this origin; from memory: asked for every proxied request. */
  siteByOrigin(origin: string): Site | undefined
  /** Removes its accounts too, keys first. */
  removeSite(id: string): Promise<boolean>
  /** After any change of the set of sites. */
  onSitesChanged(listener: () => void): () => void

  /**
   * Adds, or with `replace` gives an existing account at the same site a new user name and secrets, and clears its attention.
   * `site_unknown`; `already_exists`; `bad_request` for an unfit name, user name or secret.
   */
  addAccount(account: {
    owner: string
    siteId: string
    name?: string
    username: string
    secrets: Readonly<Record<string, string>>
    replace?: boolean
  }): Promise<Account>
  /** From memory, in order of name. */
  listAccounts(filter?: { owner?: string; siteId?: string }): Account[]
  /** By id, or by name within an owner. */
  account(idOrName: string, owner?: string): Account | undefined
  removeAccount(id: string): Promise<boolean>
  /** Handles on its secrets, for the site's origins; a site that signs in over https: for its https origins. `account_unknown`, `vault_record_damaged`. */
  credential(id: string): Promise<Credential>
  /**
   * Sets or clears it. With `credentialVersion`, only if that is still the present one: what was seen of an older credential
   * says nothing of the one that replaced it; the account is then given back unchanged. `account_unknown`.
   */
  setAttention(id: string, attention: Attention | undefined, credentialVersion?: number): Promise<Account>
  onAccountRemoved(listener: (account: Account) => void): () => void
}
