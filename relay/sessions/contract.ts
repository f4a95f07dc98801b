import type { Challenge, FailureKind, ResponseFacts, SessionHeader, StorageEntry } from '../../adapters/index.ts'
import type { Account, Site } from '../accounts/index.ts'
import type { Principal } from '../identity/index.ts'
import type { LoginStep, PageForm, SignInTiming, StoredCookie } from '../login/index.ts'
import type { Route } from '../outbound/index.ts'
import type { Secret } from '../vault/index.ts'
import type { KeptSnapshot } from './failures/snapshots.ts'

export type { KeptSnapshot } from './failures/snapshots.ts'

/** A live signed-in state at a site, held in memory and sealed at rest. */
export interface SiteSession {
  readonly id: string
  readonly account: Account
  readonly site: Site
  readonly headers: readonly SessionHeader[]
  /**
   * What the site's scripts look for in the storage of its origins. Kept and sealed as cookies are; like them a bearer token: it leaves
   * toward a client only where the site's delivery is `handoff`, and only into the storage of its own origin.
   */
  readonly storage: readonly StorageEntry[]
  /** Its cookies hold the password: they never leave toward a client (law 1). */
  readonly cookiesTell: boolean
  readonly landingUrl: string
  /** To which endpoint of its site its requests go, where that has several. */
  readonly route: Route
  readonly createdAt: number
  /** When a client used it last; what the relay asks by itself is no use. Milliseconds since 1970. */
  readonly lastUsedAt: number
  readonly evidence: readonly string[]
  /** Aborts when the session ends: streams that use it are cut (law 7). */
  readonly ended: AbortSignal
  /** The Cookie header for a request, '' for none. Memory only, no promise: it runs for every proxied request. */
  cookieHeader(url: URL): string
  /** Names of cookies the jar holds that would go to this address. */
  cookieNames(url: URL): readonly string[]
  /** Takes the Set-Cookie lines of an answer into the jar; stored soon after. Gives the names it removed. */
  absorb(url: URL, setCookies: readonly string[]): readonly string[]
  /** Every cookie, for a handoff. */
  cookies(): readonly HandedCookie[]
}

/** A cookie as it is given to a client: its attributes kept. */
export type HandedCookie = StoredCookie

/** A challenge that waits for a person. */
export interface PendingChallenge {
  readonly id: string
  readonly account: Account
  readonly challenge: Challenge
  readonly expiresAt: number
  /** Questions of the same account that come after it. */
  readonly behind: number
}

/** What happens to an account's session, in order. */
export type SessionEvent =
  | { readonly type: 'started'; readonly account: Account; readonly attempt: string; readonly at: number }
  | { readonly type: 'step'; readonly account: Account; readonly attempt: string; readonly step: LoginStep; readonly at: number }
  | { readonly type: 'challenge'; readonly account: Account; readonly attempt: string; readonly id: string; readonly expiresAt: number; readonly at: number }
  | {
      readonly type: 'signed-in'
      readonly account: Account
      readonly attempt: string
      readonly evidence: readonly string[]
      readonly timing: SignInTiming
      readonly at: number
    }
  | {
      readonly type: 'failed'
      readonly account: Account
      readonly attempt: string
      readonly kind: FailureKind
      readonly seen: readonly string[]
      /** What the person can do now; absent where an error that follows says it. */
      readonly next?: string
      readonly at: number
    }
  | ({ readonly type: 'password'; readonly account: Account; readonly attempt: string; readonly at: number } & PasswordChangeTold)
  | { readonly type: 'ended'; readonly account: Account; readonly reason: EndReason; readonly at: number }

/** What became of a new password, as a sign-in has shown. */
export interface PasswordChangeTold {
  readonly result:
    | 'taken'
    /** The one before still works. */
    | 'not-taken'
    /** It never left for the site. */
    | 'not-asked'
  readonly cause: 'rotated' | 'changed'
  /** Of the credential. */
  readonly version: number
  readonly seen: readonly string[]
}

export type EndReason =
  /** A person ended it. */
  | 'person'
  /** The site no longer knew it. */
  | 'site'
  /** The account or site was removed, or its credential replaced. */
  | 'removed'
  /** The relay had signed in for an errand of its own, and is done. */
  | 'done'

/** How real cookies of a session left the relay. */
export type CopyWay =
  /** A device keeps them for the time when no relay can be reached. */
  | 'kept'
  /** A tool claimed a handoff link. */
  | 'claimed'
  /** A browser was given them at the site itself: delivery `handoff`. */
  | 'browser'

/** Who was given them: a user, by his device where it was one. Of neither: who runs the relay, on its own machine. */
export interface CopyHolder {
  readonly way: CopyWay
  readonly userId?: string | undefined
  readonly device?: { readonly id: string; readonly name: string } | undefined
}

/** A copy of a session that somebody was given. Holds no secret. */
export interface GivenCopy {
  readonly way: CopyWay
  /** Absent in what older relays wrote, too: then a device of its owner. */
  readonly userId?: string
  readonly deviceId?: string
  /** As it was then. */
  readonly deviceName?: string
  readonly accountId: string
  readonly sessionId: string
  /** When it was given first. Milliseconds since 1970. */
  readonly at: number
  /**
   * Its session has ended here, and the site was told and has not ended it, for all that is known: the copy is good there still. Since when, how often
   * the site was told in vain since it ended or a person last asked for it, and when it is told next; absent: not before a person
   * ends the account's session. Milliseconds since 1970.
   */
  readonly lingering?: { readonly since: number; readonly tries: number; readonly nextTryAt?: number }
}

/** Who was given copies of sessions that are good at their sites. */
export interface GivenCopies {
  /** Of a session that is live. From memory: it may be asked for every answer of a site. */
  has(holder: CopyHolder, session: SiteSession): boolean
  /**
   * In force when durable: a copy is given after that. False: the session is live no longer, and must not be given; who ended it has not told of this.
   * Of one session the newest hundred of each person are kept.
   */
  note(holder: CopyHolder, session: SiteSession): Promise<boolean>
  /** A device has just been told that it is to keep these and no others. What it was given otherwise stays. */
  keepOnly(deviceId: string, sessions: readonly SiteSession[]): Promise<void>
  /** Newest first; none of a session that has ended at its site. */
  list(): readonly GivenCopy[]
}

export interface Sessions {
  start(): Promise<void>
  stop(): Promise<void>
  readonly copies: GivenCopies

  /**
   * The live session, from memory. One that is void, for its credential was replaced, is none; a relay that serves ends it here and at its site
   * when this is asked, one that a command runs for itself leaves that to the next one that serves.
   */
  live(accountId: string): SiteSession | undefined
  listLive(owner?: string): SiteSession[]
  /** Those that are void too: for who ends them. */
  listHeld(owner: string): SiteSession[]
  /**
   * The live session, or a sign-in: one at a time per account, shared by all who ask (single flight).
   * `needs_attention`, `captcha_pending` (when `wait` is false and a person is asked), `login_failed`.
   * `fresh`: sign in even if a session is live (the `login` command).
   */
  ensure(accountId: string, options?: { readonly fresh?: boolean; readonly wait?: boolean; readonly signal?: AbortSignal }): Promise<SiteSession>
  /** A client uses it now. Memory only: it runs for every proxied request. */
  touch(session: SiteSession): void
  /** A sign-in or another errand of this account is under way, or its person signs in on the site's page. */
  isBusy(accountId: string): boolean
  /** Does this answer mean that the session has ended at the site? No I/O. */
  looksSignedOut(session: SiteSession, facts: ResponseFacts): boolean
  /** Drops a session that the site has ended; the next `ensure` signs in anew. Of many callers only the first has effect. */
  dropEnded(session: SiteSession): void
  /**
   * Ends it here and at the site, and a sign-in under way too; and tells the site again of those before it of which copies linger. False: there was
   * none of these.
   */
  end(accountId: string): Promise<boolean>
  /** Tells the site again of those that have ended here and of which copies linger; one that is live goes on. False: there was none. */
  endLingering(accountId: string): Promise<boolean>

  /**
   * Gives the account a new password at its site, and leaves it as it was: signed in or not. Resolves when a sign-in has shown that it works.
   * `password_not_changeable`; `rotation_failed`: the one before still works; `login_failed`, `needs_attention`.
   */
  rotate(accountId: string, options?: { readonly person?: boolean }): Promise<Account>
  /**
   * A person has set this password at the site, by all appearance: finds out by signing in with it, and keeps it if the site took it. Given
   * up where such attempts failed too often (law 3). False: not taken.
   */
  confirmChange(accountId: string, password: string): Promise<boolean>

  /** What was seen when a sign-in of this account failed last; undefined: none has. Holds no secret. `account_unknown`. */
  snapshot(accountId: string): Promise<KeptSnapshot | undefined>
  /** Steps of the sign-in under way or last done, oldest first. */
  recent(accountId: string): readonly SessionEvent[]
  onEvent(listener: (event: SessionEvent) => void): () => void

  challenges(owner?: string): readonly PendingChallenge[]
  /** False: no longer asked. */
  answer(challengeId: string, answer: string): boolean
  /** Has the site draw another captcha image. False: no longer asked, or the site draws one a page. */
  reloadChallenge(challengeId: string): Promise<boolean>

  readonly tickets: Tickets
  readonly pageSignIns: PageSignIns
  readonly registrations: Registrations
}

/** A registration that a site did not refuse, offered to the person who made it. */
export interface RegistrationOffer {
  readonly id: string
  readonly siteId: string
  readonly username: string
  readonly expiresAt: number
}

/** An account that the relay is to make at a site. */
export interface NewAccountWanted {
  readonly userId: string
  readonly siteId: string
  /** The user name at the site. */
  readonly username: string
  /** Here; default: the site's id. */
  readonly name?: string
  /** What goes into further fields, by their names; `email` is an address of mail. */
  readonly details: Readonly<Record<string, string>>
}

export interface NewAccount {
  /** As it will be; events are of it from the beginning. */
  readonly account: Account
  /**
   * Registers, and signs in with a random password that nobody has seen. Where the site wants something first, the account needs attention
   * until a person signs in. `registration_failed`: there is none; `login_failed`: it is kept, and needs attention.
   */
  make(): Promise<Account>
}

/** Registering at a site, by a person through the proxy or by the relay. Nothing is stored without the person's word. */
export interface Registrations {
  /** `site_unknown`, `already_exists`, `bad_request`. */
  prepare(wanted: NewAccountWanted): NewAccount
  /** For half an hour, requests of this user's devices go to the site as they are, without an account. `site_unknown`. */
  open(userId: string, siteId: string): { readonly expiresAt: number }
  /** From memory: asked for every proxied request. */
  isOpen(userId: string, siteId: string): boolean
  close(userId: string, siteId: string): void
  offer(userId: string, site: Site, given: { readonly username: string; readonly password: string }): Promise<void>
  offers(userId: string): readonly RegistrationOffer[]
  /** Proves it by signing in, and stores it. `not_found`, `login_failed`, `already_exists`. */
  accept(id: string, userId: string, name?: string): Promise<Account>
  /** `not_found`. */
  decline(id: string, userId: string): Promise<void>
}

/** A sign-in that a person does on the site's own page, with a placeholder where the password goes. */
export interface PageSignIn {
  readonly id: string
  readonly account: Account
  readonly site: Site
  readonly username: string
  /** Put in by the proxy where the placeholder stands in the form's field; never told. */
  readonly password: Secret
  readonly placeholder: string
  readonly expiresAt: number
  readonly form: PageForm
  /** What the site has given so far. */
  readonly session: SiteSession
}

/** Sign-ins by placeholder. One per account at a time; a new one takes the place of the one before. */
export interface PageSignIns {
  /** For this device, or with undefined any device of the owner. `placeholder_refused`, `needs_attention`, `account_unknown`. */
  begin(accountId: string, deviceId: string | undefined): Promise<PageSignIn>
  /** The one that requests of this device are part of. */
  of(accountId: string, deviceId: string): PageSignIn | undefined
  /** Spends the placeholder: true once. */
  take(signIn: PageSignIn): boolean
  /** The site has answered a form: is it signed in now? `refusal`: what it said, where that is plainly no. */
  answered(signIn: PageSignIn, said: { readonly refusal?: string; readonly cookiesTell: boolean }): Promise<void>
  end(accountId: string): void
}

/** What a ticket stands for. */
export interface Ticket {
  readonly accountId: string
  /** Only this user redeems it. */
  readonly holder: string
  readonly expiresAt: number
}

/** One-time claims on a session (law 4). At rest: SHA-256 of the ticket only. */
export interface Tickets {
  /** `value`: 256 random bits, base64url. */
  issue(accountId: string, holder: string): Promise<{ readonly value: string; readonly expiresAt: number }>
  /** Does not spend. Undefined: spent, expired or never valid. */
  lookup(value: string): Promise<Ticket | undefined>
  /** Spends it: of any number of callers one succeeds. `ticket_invalid`, `ticket_not_yours` (which does not spend it). */
  redeem(value: string, principal: Principal): Promise<Ticket>
  /** `exceptOf`: but for those of this user. */
  revoke(accountId: string, exceptOf?: string): Promise<number>
  /**
   * After a redeem in a browser: a code, good once and for 60 seconds, by which the proxy at the site's own origin knows whose cookies to set.
   */
  issueDelivery(ticket: Ticket): string
  /** Takes the code for a user; undefined: unknown, spent, expired or another's. */
  takeDelivery(code: string, userId: string): Ticket | undefined
}
