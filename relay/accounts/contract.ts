import type { Endpoint, HealthRule } from '../outbound/index.ts'
import type { Secret } from '../vault/index.ts'
import type { PasswordRules } from './credentials/new-password.ts'

/** How a site session reaches a client. */
export type Delivery =
  /** The proxy adds the session on the way; the terminal holds nothing. */
  | 'attach'
  /** The real cookies are given to the client. */
  | 'handoff'

/** What becomes of a cookie of a site, where its declaration says so by name. */
export type CookieKind =
  /** Held by the relay and attached on the way; the client sees nothing of it. */
  | 'managed'
  /** The same, and the client is shown a value in its place that is worth nothing. */
  | 'phantom'
  /** The same, and the client has the real value too: for a token against forged requests, which is no session. */
  | 'copied'
  /** Passed between site and client as it is. */
  | 'relayed'
  /** Neither kept nor passed, either way. */
  | 'suppressed'

/** Paths of a site that clients are kept off with an account: a new password, a profile. */
export interface DenyPaths {
  /** Each for what is below it too; `*` is one segment; `?page=password` wants that in the query. */
  readonly paths: readonly string[]
  /** Also with the owner's own devices. Absent: others' alone, who use the account with his leave. */
  readonly owner?: boolean
}

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
  /** By name, or by its beginning and a star. What is not named is judged by what it is (docs/proxy.md). */
  readonly cookies?: Readonly<Record<string, CookieKind>>
  readonly denyPaths?: DenyPaths
  /** The relay holds the sessions of its accounts open, as far as their owners let it. */
  readonly keepAlive?: KeepAlivePolicy
  /** PEM of a private CA that vouches for this site. */
  readonly ca?: string
  readonly networks: readonly Network[]
  /** The way there, where it is not that of all sites: `direct`, the address of a proxy, or `env:NAME`. */
  readonly upstreamProxy?: string
  /** Other addresses at which its first origin is served: several servers behind one name. */
  readonly endpoints?: readonly Endpoint[]
  /** How they are looked at. */
  readonly health?: HealthRule
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

/** Why an account is left alone. */
export type AttentionReason =
  /** The site refused it: not sent again until it is replaced or confirmed. */
  | 'wrong-password'
  | 'blocked'
  | 'challenge'
  /** A password left, and nothing the relay knows told what the site made of it. */
  | 'unknown'
  /** A password left, and no answer came that could be judged: the site broke off or answered with an error, or the relay was stopped. */
  | 'interrupted'
  /** The same twice in a row: taken as a refusal. */
  | 'interrupted-twice'
  /** The site was asked to make it, and no sign-in has shown that it did. */
  | 'registering'
  /** Its owner said that a use of it was not he: nothing is done with it until he lifts that, whatever else happens to it. */
  | 'frozen'

/** What an account needs from a person before it is touched again (law 3). */
export interface Attention {
  readonly reason: AttentionReason
  /** Safe words: what was seen. */
  readonly seen: string
  readonly since: number
  /** Of a frozen account: what it needs besides, once that is lifted. */
  readonly before?: Attention
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
  /** When the present credential was stored, where it is not the first. */
  readonly credentialSince?: number
  /** A new password that the site may or may not have taken: the next sign-in finds out. */
  readonly pending?: PendingPassword
  readonly rotation?: RotationPolicy
  /** How its owner lets the relay hold its sessions open: within what the site's declaration says, where that says something. Absent: as the site says. */
  readonly keepAlive?: KeepAlivePolicy | 'off'
  /** Besides those of the site. */
  readonly denyPaths?: DenyPaths
  /** Its owner's devices may keep a copy of its session. Absent: they may not. */
  readonly copies?: CopyRule
  /** A session with the present credential has ended, and the policy asks for another password after that. */
  readonly isUsed?: true
}

/** What an owner says of copies of an account's session that his devices keep. */
export interface CopyRule {
  /** Also while the site's delivery is `attach`, which else keeps the cookies in the relay. */
  readonly attached: boolean
}

/** A new password, written ahead before the site is asked to take it. */
export interface PendingPassword {
  readonly version: number
  readonly since: number
  /** It may have left for the site: until a sign-in has shown which works, both are kept. */
  readonly asked: boolean
  /** What the site said, or seemed to say. */
  readonly said?: 'taken' | 'refused'
  /** A sign-in with it was refused: it is not tried again. */
  readonly denied?: true
  /** And so was one with the password as it was. */
  readonly presentDenied?: true
}

/** When the relay gives the account a new password by itself. */
export interface RotationPolicy {
  /** When the present one is as many days old. */
  readonly everyDays?: number
  /** After each session, when it has ended. */
  readonly afterUse?: true
}

/** How the relay holds an account's session open while nobody uses it. */
export interface KeepAlivePolicy {
  /** So long after the last request, the site is asked for a page. */
  readonly everyMinutes: number
  /** So long after a client used it last, it is left to end. */
  readonly hours: number
  /** Path and query of a page that changes nothing, at the landing page's origin; without it the landing page. */
  readonly page?: string
}

/** How a version of a credential came. */
export type VersionCause =
  /** A person gave it, for a new account. */
  | 'added'
  /** A person gave it in place of another. */
  | 'replaced'
  /** The relay set it at the site. */
  | 'rotated'
  /** A person changed it at the site, through the proxy. */
  | 'changed'
  /** A person went back to it. */
  | 'reverted'
  /** A person registered at the site, through the proxy. */
  | 'registered'

/** One version of a credential, as it may be told: never a value. */
export interface CredentialVersion {
  readonly version: number
  readonly username: string
  readonly storedAt: number
  readonly cause: VersionCause
  readonly endedAt?: number
  /** `unproved`: it left for the site, and no sign-in has shown that the site took it. */
  readonly state: 'present' | 'pending' | 'previous' | 'unproved'
}

/** Another password for an account, as handles: sealed, but not stored. */
export interface Proposal {
  readonly accountId: string
  readonly version: number
  readonly credential: Credential
}

/** An account's secrets as handles, scoped to its site's origins. */
export interface Credential {
  readonly username: string
  readonly secrets: Readonly<Record<string, Secret>>
}

/** An account that may come to be, with its password as a handle: sealed, but not stored. */
export interface AccountProposal {
  readonly account: Account
  readonly credential: Credential
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
   * Adds, or with `replace` gives an existing account at the same site a new user name and secrets, and clears its attention; those
   * before are kept as a previous version.
   * Under the same user name, secrets that are not given anew stay: an authenticator key, answers.
   * `site_unknown`; `already_exists`; `bad_request` for an unfit name, user name or secret.
   */
  addAccount(account: {
    owner: string
    siteId: string
    name?: string
    username: string
    secrets: Readonly<Record<string, string>>
    replace?: boolean
    /** How a new account came; default: `added`. */
    cause?: VersionCause
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

  /** A new password, random by the rules or as given; nothing is stored. `account_unknown`, `password_rules_unfit`, `bad_request`. */
  propose(id: string, wanted: PasswordRules | { readonly password: string }): Promise<Proposal>
  /** Stores it beside the present one, before the site is asked to take it. `store_conflict`: another is pending, or the credential was replaced meanwhile. */
  writeAhead(proposal: Proposal): Promise<Account>
  /** Handles on the pending one. `not_found`. */
  pendingCredential(id: string): Promise<Credential>
  /** Writes down how far the pending one is. `store_conflict`: it is no longer pending. */
  notePending(id: string, version: number, facts: Partial<Omit<PendingPassword, 'version' | 'since'>>): Promise<Account>
  /**
   * Makes the pending one, or a proposal that was not written ahead, the present one; the one before is kept as a previous one.
   * Attention is cleared. `store_conflict`.
   */
  adopt(id: string, given: Proposal | number, cause: VersionCause): Promise<Account>
  /** Gives the pending one up. One that may have left for the site is kept among the previous ones. */
  dropPending(id: string, version: number): Promise<Account>
  /** Newest first. `account_unknown`. */
  versions(id: string): readonly CredentialVersion[]
  /** Makes a previous one (default: the latest that worked) the present one again; at the site nothing changes. `not_found`. */
  revert(id: string, version?: number): Promise<Account>
  /**
   * A person says that the credential which the site refused is right: attention is cleared, and it may be sent once more, under another
   * number. Where nothing needed attention it stays as it is. `account_unknown`.
   */
  confirm(id: string): Promise<Account>
  /** Leaves it alone, whoever asks, until `unfreeze`; `seen`: why, in safe words. `account_unknown`. */
  freeze(id: string, seen: string): Promise<Account>
  /** It stands as it did before. One that is not frozen is left as it is. `account_unknown`. */
  unfreeze(id: string): Promise<Account>
  setRotation(id: string, policy: RotationPolicy | undefined): Promise<Account>
  /** Undefined: as the site says. `account_unknown`, `bad_request`. */
  setKeepAlive(id: string, policy: KeepAlivePolicy | 'off' | undefined): Promise<Account>
  /** Keeps clients off these paths with it. Undefined: off none but the site's. `account_unknown`, `bad_request`. */
  setDenyPaths(id: string, deny: DenyPaths | undefined): Promise<Account>
  /** Lets its owner's devices keep copies of its session; undefined: no longer. `account_unknown`. */
  setCopies(id: string, rule: CopyRule | undefined): Promise<Account>
  /** Writes down that a session with the present credential has ended. Another credential is unused again. */
  noteUsed(id: string): Promise<Account>

  /** An account that a person may want, with a password as given or random by the rules; nothing of it is stored. `site_unknown`, `bad_request`, `password_rules_unfit`. */
  proposeAccount(
    given: { owner: string; siteId: string; username: string; id?: string } & ({ password: string } | { rules: PasswordRules }),
  ): Promise<AccountProposal>
  /** Throws where an account of that name cannot be added: `already_exists`, `bad_request`. */
  checkNewName(owner: string, name: string): void
  /** Stores it, under this name (default: the site's id), with what it needs a person for. `already_exists`; `store_conflict`: it was dropped. */
  adoptAccount(proposal: AccountProposal, name?: string, attention?: Attention): Promise<Account>
  dropAccountProposal(proposal: AccountProposal): Promise<void>
}
