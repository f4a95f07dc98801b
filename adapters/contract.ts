import type { ZodType } from 'zod'
import type { PasswordRules } from '../relay/accounts/index.ts'
import type { Derivation } from '../relay/derivation/index.ts'
import type { Secret } from '../relay/vault/index.ts'

/** Why a sign-in did not succeed. Decided by evidence. */
export type FailureKind =
  /** The site refused the user name or password. Never tried again (law 3). */
  | 'wrong-password'
  /** The site refused the captcha answer. */
  | 'wrong-captcha'
  /** No answer, a server error, TLS not verified. */
  | 'site-down'
  /** No sign-in form where it was expected. */
  | 'form-not-found'
  /** The site locks, throttles or bans this account or address. */
  | 'blocked'
  /** A challenge only a person can answer stayed unanswered. */
  | 'challenge'
  /** Nothing matched: what was seen is told. */
  | 'unknown'

/** Thrown by an adapter to say which failure it saw. `seen` is evidence in safe words; the engine scrubs secrets from it. */
export class SignInFailure extends Error {
  readonly kind: FailureKind
  readonly seen: readonly string[]
  constructor(kind: FailureKind, seen: readonly string[], options?: ErrorOptions) {
    super(kind, options)
    this.name = 'SignInFailure'
    this.kind = kind
    this.seen = seen
  }
}

/** What is made of a secret before it is sent, as the page's script would: see `transform`. The agent does it, and sends the result. */
export interface Derived {
  readonly secret: Secret
  readonly derivation: Derivation
}

/** What may stand in a field. */
export type Value = string | Secret | Derived

/** What may stand in a JSON body: any JSON, with values in it. */
export type JsonValue = Value | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** A token that a site gave for a session. Opaque, as cookies are: it is placed, never read. */
export interface SessionToken {
  readonly isSessionToken: true
}

/** Where a token stands in an answer: in its JSON, by the path to it (`data.accessToken`), or in a header. */
export type TokenPlace = { readonly json: string } | { readonly header: string }

/** One control of a form as the page gave it. */
export interface FormField {
  readonly name: string
  /** The input's type, or `select`, `textarea`, `button`. */
  readonly type: string
  readonly id: string
  /** Text of its label, placeholder or title, a button's own text: what a person would read. */
  readonly label: string
  readonly value: string
  readonly checked: boolean
  readonly disabled: boolean
  /** Hidden from a person by the markup, itself or what it stands in: a trap, or what another choice on the page shows. Not told of type `hidden`. */
  readonly unseen: boolean
  /** For a select: the values it offers. */
  readonly options: readonly string[]
  readonly autocomplete: string
  readonly maxLength: number | undefined
}

/** A form after the HTML standard's rules (section 4.10.21, form submission). */
export interface Form {
  readonly id: string
  readonly name: string
  readonly method: 'get' | 'post'
  readonly action: URL
  readonly enctype: string
  readonly fields: readonly FormField[]
  /** Sets a field's value. A Secret stays a handle: it is filled in by the HTTP agent. Unknown field: throws. */
  fill(field: string, value: Value): Form
  /** Ticks or clears a checkbox or radio. */
  check(field: string, on?: boolean, value?: string): Form
  /**
   * Sends it as a browser would, with this submit button (default: the first), and follows to the page that comes. With `headers`: as a
   * script would that adds them.
   */
  submit(submitter?: string, options?: Pick<RequestOptions, 'headers'>): Promise<Page>
}

export interface PageImage {
  readonly src: URL | undefined
  readonly alt: string
  readonly id: string
  readonly className: string
  /** The image's bytes, fetched with the session's cookies (or decoded, for a data URL and inline SVG). */
  fetch(): Promise<Buffer>
}

/** A page as it came, after redirects. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly title: string
  /** Text a person would see, white space folded. */
  readonly text: string
  readonly encoding: string
  readonly forms: readonly Form[]
  /** All images in document order; `near` a form: inside it first. */
  images(near?: Form): readonly PageImage[]
  readonly links: readonly { readonly text: string; readonly url: URL }[]
  /** Addresses of its frames, inline ones too: they are pages of their own. */
  readonly frames: readonly URL[]
  header(name: string): string | undefined
  /** The token that stands there; undefined: none. */
  token(place: TokenPlace): SessionToken | undefined
  /** What came, decoded: the source of the page. */
  readonly body: string
  /** The parsed document for what the above does not cover: elements by CSS selector, in document order. Throws TypeError for what is none. */
  query(selector: string): readonly PageElement[]
  /** The same by XPath; elements alone. Names of elements are in lower case. */
  xpath(expression: string): readonly PageElement[]
  /** How often a redirect or meta refresh led here from the request. */
  readonly redirects: readonly URL[]
}

export interface PageElement {
  readonly tag: string
  /** What a person would see of it; for a script its source, for a textarea its value, hidden or not. */
  readonly text: string
  attribute(name: string): string | undefined
  /** The form it belongs to or stands in. */
  readonly form: Form | undefined
  /** Where it leads: a link, a frame, a picture. Resolved; undefined: nowhere. */
  readonly address: URL | undefined
}

/** A browser without a window: opens pages, keeps cookies, follows redirects and meta refresh, stays within its limits. */
export interface Browser {
  /** With `authorization`, credentials of HTTP itself go along (Basic, RFC 7617; Digest, RFC 7616); on a redirect, to the same origin only. */
  open(url: URL | string, options?: RequestOptions & { readonly authorization?: SessionHeader['value'] }): Promise<Page>
  /** Sends JSON, for sites whose form is a script. */
  postJson(url: URL | string, body: { readonly [key: string]: JsonValue }, options?: RequestOptions): Promise<Page>
  /** Sends fields as a form does, where the page has none. */
  postFields(url: URL | string, fields: Readonly<Record<string, Value>>, options?: RequestOptions): Promise<Page>
  /** An image that no page shows, with the session's cookies. */
  fetchImage(url: URL | string): Promise<Buffer>
  /** Names and values change; values are not shown. */
  readonly cookies: CookieFacts
}

export interface RequestOptions {
  /** Header fields beside those a browser sends; to the same origin only. */
  readonly headers?: Readonly<Record<string, HeaderValue>>
  /** Asks for data, as a script does. */
  readonly data?: true
}

/** A header's value: text, what a cookie holds (for double-submit cookies), or a token of the session. */
export type HeaderValue = string | { readonly cookie: string } | PrefixedToken

/** `Bearer ` and a token. */
export interface PrefixedToken {
  readonly prefix: string
  readonly token: SessionToken
}

export interface CookieFacts {
  /** Names the jar would send to this address. */
  names(url: URL): readonly string[]
  /** Cookies set, changed or removed since the mark. */
  changesSince(mark: number): readonly { readonly name: string; readonly change: 'set' | 'changed' | 'removed' }[]
  mark(): number
}

/** A header that carries the session instead of a cookie, or beside it. A secret in it stays a handle. */
export interface SessionHeader {
  readonly name: string
  readonly value:
    | string
    | { readonly basic: { readonly username: string; readonly password: Secret } }
    /** `challenge`: the WWW-Authenticate value that began the session. Each request has credentials of its own. */
    | { readonly digest: { readonly username: string; readonly password: Secret; readonly challenge: string } }
    /** What this cookie of the session holds, for double-submit cookies. Left out while there is none. */
    | { readonly cookie: string }
  /** Where it goes; default: all origins of the site. */
  readonly origins?: readonly string[]
}

/** An entry that the site's scripts look for in the storage of its origin. */
export interface StorageEntry<V = string> {
  readonly origin: string
  readonly area: 'local' | 'session'
  readonly key: string
  readonly value: V
}

/** What is asked beyond the password. */
export type Challenge =
  | {
      readonly kind: 'captcha'
      readonly image: Buffer
      readonly hint: string
      /** The answer holds digits only: a telephone shows its keypad. */
      readonly digits?: boolean
      /** Has the site draw another image, for one that a person cannot read either; where that is not possible, the same again. */
      readonly reload?: () => Promise<Buffer>
    }
  | { readonly kind: 'code'; readonly question: string }
  | { readonly kind: 'question'; readonly question: string }

export interface SignInContext<S = unknown> {
  readonly browser: Browser
  readonly site: { readonly id: string; readonly loginUrl: URL; readonly landingUrl?: URL; readonly origins: readonly string[] }
  readonly settings: S
  readonly username: string
  /** Handles by field: `password`, `totp`, ... */
  readonly secrets: Readonly<Record<string, Secret>>
  /** Tells the person what is happening. Safe words only. */
  step(name: StepName, text: string): void
  /** Reads a captcha image; asks the person when the reader stays unsure. `reload` gives a fresh image when the first is unreadable. */
  readCaptcha(
    image: Buffer,
    hints?: CaptchaHints,
    reload?: () => Promise<Buffer>,
  ): Promise<{ readonly answer: string; readonly by: 'reader' | 'person'; readonly confidence: number }>
  /** Asks the person. `SignInFailure('challenge')` when nobody answers in time. */
  ask(challenge: Challenge): Promise<string>
  /** How many times a wrong captcha may be tried in all. */
  readonly captchaTries: number
  /** Tells that a new attempt begins: secrets may leave once more. Only after a wrong captcha, never after a wrong password. */
  nextAttempt(): void
  readonly signal: AbortSignal
}

export interface CaptchaHints {
  readonly kind?: 'text' | 'arithmetic' | 'chinese' | 'auto'
  readonly alphabet?: string
  readonly length?: number | readonly [min: number, max: number]
  readonly caseSensitive?: boolean
}

/** What a step is about; shown with an icon or a word. */
export type StepName = 'page' | 'form' | 'captcha' | 'send' | 'answer' | 'evidence' | 'ask' | 'done' | 'failed'

export interface SignInResult {
  /** Where the person should land. */
  readonly landingUrl?: URL
  readonly headers?: readonly (Omit<SessionHeader, 'value'> & { readonly value: SessionHeader['value'] | PrefixedToken })[]
  /** What the site's scripts keep in the storage of its origins; at those origins only. */
  readonly storage?: readonly StorageEntry<string | SessionToken | { readonly template: string; readonly token: SessionToken }>[]
  /** What proved it. At least one. */
  readonly evidence: readonly string[]
}

/** What the proxy knows of an answer without reading its body. */
export interface ResponseFacts {
  readonly url: URL
  readonly method: string
  readonly status: number
  readonly location: URL | undefined
  readonly contentType: string
  /** Names of cookies this answer removed (expired) among the session's own. */
  readonly removedCookies: readonly string[]
}

/** What an adapter sees in a page, before anything is enrolled and without any secret. */
export interface Look {
  /** It could sign in from here. */
  readonly fits: boolean
  /** In plain words: ``a sign-in form at /login: user name field `user`, password field `pass` ``. */
  readonly found: readonly string[]
  /** The page the sign-in form is on, where that is another one. */
  readonly loginUrl?: URL
  /** Origins the sign-in would send to. */
  readonly origins?: readonly string[]
  /** Why it does not fit, where the page is of its kind all the same. */
  readonly problem?: FailureKind
  /** The page it would sign in from, for what more there is to tell of it. */
  readonly page?: Page
  /** What is what in its form. */
  readonly parts?: FormParts
  /** Settings by which it finds the same again: they are written into the site's declaration. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** The parts of a sign-in form, by field name. */
export interface FormParts {
  readonly form: Form
  readonly user?: string
  readonly password?: string
  readonly captcha?: string
  readonly hasCaptchaImage: boolean
  /** A field for a one-time code. */
  readonly code?: string
  /** Boxes that keep the person signed in. */
  readonly remember: readonly string[]
  /** Boxes by which the person agrees to something. */
  readonly consent: readonly string[]
  /** Hidden fields that hold a value against forged requests, then the others. */
  readonly csrf: readonly string[]
  readonly hidden: readonly string[]
}

/**
 * What, in an answer seen in passing, means that the session has ended: any one of these. Data, because it is held against every proxied
 * answer, and an adapter of one's own runs in a process of its own.
 */
export interface SignedOutSigns {
  /** Statuses of the answer. */
  readonly status?: readonly number[]
  /** Paths it redirects to; a `*` at the end stands for any rest. */
  readonly redirectTo?: readonly string[]
  /** Names of session cookies it removes. */
  readonly removedCookies?: readonly string[]
}

/** A new account that a site has made, by what it says. */
export interface Registered {
  /** What must happen before somebody can sign in with it, as evidence in safe words: an address of mail is confirmed. Nobody signs in until then. */
  readonly waitsFor?: string
}

export interface SiteFacts<S = unknown> {
  readonly loginUrl: URL
  readonly origins: readonly string[]
  readonly settings: S
}

/** The plugin that knows how one kind of site signs in, stays signed in, signs out. Made by `defineAdapter`. */
export interface Adapter<S = unknown> {
  readonly name: string
  readonly api: 1
  /** One line for lists. */
  readonly description: string
  /** Its browser runs the scripts of pages: a Chromium on the relay. Of built-in adapters alone; default: a browser without a window. */
  readonly engine?: 'scripts'
  readonly settings: ZodType<S>
  /** Signs in or throws `SignInFailure`. */
  signIn(context: SignInContext<S>): Promise<SignInResult>
  /**
   * Asks the site whether the browser's session is signed in. False: the site has shown that it knows it no longer, by a 401 or by asking for a
   * sign-in; the relay holds it then for ended there, and every copy of it for worthless. What tells neither (a 403, a 404, a server error, a page
   * that both may see) throws `SignInFailure`: the relay then knows nothing, and asks or tells the site again.
   */
  isSignedIn(context: Pick<SignInContext<S>, 'browser' | 'site' | 'settings' | 'signal'>): Promise<boolean>
  /** Does this answer, seen in passing, mean that the session has ended? Pure and fast: it runs for every proxied answer. */
  isSignedOut(facts: ResponseFacts, site: SiteFacts<S>): boolean
  /** The same as data. `isSignedOut` is made of it where an adapter gives this instead. */
  readonly signedOut?: SignedOutSigns
  /** Ends the session at the site; false: the site offers no way that was found. */
  signOut(context: Pick<SignInContext<S>, 'browser' | 'site' | 'settings' | 'signal'>): Promise<boolean>
  /** Looks at a page for enrolment: does it belong to a site of this kind? May open more pages; sends nothing. */
  look?(page: Page, context: Pick<SignInContext<S>, 'browser' | 'settings' | 'signal'>): Promise<Look>
  /**
   * Says how surely a page belongs to a site of this kind, 0 to 1: for known products. From 0.5 on the probe chooses it before all others.
   * It sees every page that a probe opens: opens none itself, and looks for marks of the product that no other has. `signal` ends it.
   */
  detect?(page: Page, signal: AbortSignal): number | Promise<number>
  /**
   * What the site asks of a new password, by its settings and its form. The browser is signed in, or for the password of a new account
   * (`of` is `registration`) not; pages are opened, nothing is sent.
   */
  passwordRules?(context: Pick<SignInContext<S>, 'browser' | 'site' | 'settings' | 'signal'>, of: 'change' | 'registration'): Promise<PasswordRules>
  /**
   * Sets a new password at the site. The browser is signed in; `next` may stand in two fields of one request. Resolves where the site seems
   * to have taken it, throws `SignInFailure` where it seems not to: which of the two passwords works is found out by signing in.
   */
  changePassword?(context: SignInContext<S>, next: Secret): Promise<void>
  /**
   * Makes a new account at the site, with `username` and the new `secrets.password`, which may stand in two fields of one request. `details`:
   * what a person gave for further fields, by their names; `email` is an address of mail. Resolves where the site seems to have made it, throws
   * `SignInFailure` where it seems not to: whether it is there is found out by signing in. A captcha goes to the person (law 8).
   */
  register?(context: SignInContext<S>, details: Readonly<Record<string, string>>): Promise<Registered>
}
