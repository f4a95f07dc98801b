import type { ZodType } from 'zod'
import type { Challenge, FailureKind, Registered, ResponseFacts, SessionHeader, StepName, StorageEntry } from '../../adapters/index.ts'
import type { CaptchaStats } from '../../captcha/index.ts'
import type { Account, Credential, LoginPageSeen, PasswordRules, Site } from '../accounts/index.ts'
import type { Route } from '../outbound/index.ts'
import type { Secret } from '../vault/index.ts'
import type { SignInTrace, Snapshot } from './evidence/contract.ts'

/** One step of a sign-in, as it is told to the person. */
export interface LoginStep {
  readonly name: StepName
  /** Safe words: `captcha read as x7k2 with confidence 0.93`. */
  readonly text: string
  /** Milliseconds this step took. */
  readonly ms: number
  /** Milliseconds since the sign-in began. */
  readonly at: number
}

export interface SignInRequest {
  readonly site: Site
  readonly account: Account
  readonly credential: Credential
  onStep(step: LoginStep): void
  /** Puts a challenge before a person; rejects when nobody answers in time. */
  ask(challenge: Challenge): Promise<string>
  /** Awaited once, before the first secret leaves for the site: what must be written down by then. */
  beforeItLeaves?(): Promise<void>
  readonly signal: AbortSignal
  /** Its way to a site that has endpoints. */
  readonly route?: Route
}

/** How long it took: in all, waiting for the site, in the relay itself, reading captchas, waiting for a person. Milliseconds. */
export interface SignInTiming {
  readonly total: number
  readonly network: number
  readonly captcha: number
  readonly person: number
  readonly relay: number
}

export type SignInOutcome =
  | {
      readonly ok: true
      /** The jar, serialised (CookieJar.serialise). */
      readonly cookies: string
      readonly headers: readonly SessionHeader[]
      /** What the site's scripts keep in the storage of its origins. */
      readonly storage: readonly StorageEntry[]
      /** The site put the password itself into a cookie, a token or an entry of storage. */
      readonly cookiesTell: boolean
      readonly landingUrl: string
      readonly evidence: readonly string[]
      /** What it looked like, for learning signs; made when it is asked for. */
      readonly trace?: () => SignInTrace | undefined
      readonly steps: readonly LoginStep[]
      readonly timing: SignInTiming
    }
  | {
      readonly ok: false
      readonly kind: FailureKind
      readonly seen: readonly string[]
      /** A secret had left for the site. */
      readonly sent: boolean
      readonly snapshot?: Snapshot
      readonly trace?: () => SignInTrace | undefined
      readonly steps: readonly LoginStep[]
      readonly timing: SignInTiming
      readonly cause?: unknown
    }

export type { Snapshot } from './evidence/contract.ts'

/** What a look at a site found: for enrolling and checking it. Plain words in `found`. */
export interface ProbeReport {
  readonly ok: boolean
  /** Where the login page was found. */
  readonly loginUrl: string
  /** Other origins that take part (form action, redirects). */
  readonly origins: readonly string[]
  readonly adapter: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly networks: Site['networks']
  readonly found: readonly string[]
  /** Paths that borrowed accounts should be kept off. */
  readonly denyPaths?: readonly string[]
  /** What was recognised, for the site's declaration; undefined: no page was reached. */
  readonly seen?: LoginPageSeen
  readonly problem?: { readonly code: string; readonly text: string; readonly next: string }
}

export interface SessionState {
  readonly site: Site
  readonly cookies: string
  readonly headers: readonly SessionHeader[]
  /** What the site's scripts keep in the storage of its origins. */
  readonly storage?: readonly StorageEntry[]
  /** Where this session landed; default: the site's. */
  readonly landingUrl?: string
  /** Its way to a site that has endpoints. */
  readonly route?: Route
}

/** A new password, to be set at a site. */
export interface PasswordSetRequest {
  readonly site: Site
  /** Makes the new one by these rules; called once the form was seen. */
  next(rules: PasswordRules): Promise<Secret>
  /** Awaited before the new password leaves for the site: what must be written down by then. */
  beforeItLeaves(): Promise<void>
  onStep(step: LoginStep): void
  ask(challenge: Challenge): Promise<string>
  readonly signal: AbortSignal
}

/** A new password for an account, in place of the present one. */
export interface PasswordChangeRequest extends PasswordSetRequest {
  /** A session that is signed in. */
  readonly state: Omit<SessionState, 'site'>
  /** The present one. */
  readonly credential: Credential
}

/** A new account. */
export interface RegistrationRequest extends PasswordSetRequest {
  readonly username: string
  /** What goes into further fields, by their names. */
  readonly details: Readonly<Record<string, string>>
}

/** What came of it, as far as the site told; which password works, a sign-in shows. */
export interface PasswordSetOutcome {
  /** The new password may have left. */
  readonly asked: boolean
  /** Undefined: the site did not answer properly. */
  readonly said?: 'taken' | 'refused'
  readonly seen: readonly string[]
  readonly cause?: unknown
}

/** The form by which a page itself signs in. */
export interface PageForm {
  readonly action: URL
  /** The field for the password. */
  readonly field: string
  /** The encoding its values are sent in. */
  readonly charset: string
}

export interface Login {
  start(): Promise<void>
  stop(): Promise<void>
  /** One sign-in, now. Outcomes at the site are values, not exceptions. */
  signIn(request: SignInRequest): Promise<SignInOutcome>
  /** Asks the site whether this session is signed in. A site that renews its cookie with every answer does not know the given ones afterwards. */
  isSignedIn(state: SessionState): Promise<boolean>
  signOut(state: SessionState): Promise<boolean>
  /** Does the site's adapter know how to change a password? */
  canChangePassword(site: Site): boolean
  /** Asks the site for another password. Outcomes at the site are values, not exceptions. */
  changePassword(request: PasswordChangeRequest): Promise<PasswordSetOutcome>
  /** Does the site's adapter know how to make an account? */
  canRegister(site: Site): boolean
  /** Asks the site for a new account. Outcomes at the site are values, not exceptions. */
  register(request: RegistrationRequest): Promise<PasswordSetOutcome & Registered>
  /** The site's sign-in form, for a page that must send it itself. Sends nothing. `placeholder_refused`. */
  pageForm(site: Site, route?: Route): Promise<PageForm>
  /** From an answer seen in passing; no I/O. */
  looksSignedOut(site: Site, facts: ResponseFacts): boolean
  /** What the last sign-in of this account that succeeded looked like; undefined: there was none since the relay started. */
  traceOf(accountId: string): SignInTrace | undefined
  /**
   * Signs in with a wrong password, made up for the purpose, to see what a refusal looks like. The site counts one failed attempt: a person
   * has agreed to it. `trace` undefined: the answer was none that can be held against another one.
   */
  tryWrong(request: Pick<SignInRequest, 'site' | 'account' | 'ask' | 'signal'>): Promise<{ readonly isRefused: boolean; readonly trace?: SignInTrace }>
  /** How the captchas of this site have been read. */
  captchaStats(site: Site): Promise<CaptchaStats>
  /** Looks at a site: for `site add` and `site check`. Sends no secret. `adapter` undefined: chooses. */
  probe(
    url: URL,
    options?: {
      readonly adapter?: string
      readonly ca?: string
      readonly id?: string
      readonly allowedNetworks?: Site['networks']
      /** The adapter's settings, for a site that needs some. */
      readonly settings?: Readonly<Record<string, unknown>>
    },
  ): Promise<ProbeReport>
  /** `from`: `built in`, or the file or package it was loaded from. */
  readonly adapters: readonly { readonly name: string; readonly description: string; readonly from: string }[]
  /** What the settings of this adapter may be; undefined: there is no such adapter. */
  settingsSchema(adapter: string): ZodType | undefined
}
