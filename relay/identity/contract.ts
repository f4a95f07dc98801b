/** Where passkeys are made and used: the page's own origin, which the browser vouches for, and its host. */
export interface PasskeyPlace {
  readonly origin: string
  readonly host: string
}

/** What an answer of an authenticator is for; the challenge that it signs was given out for the same. */
export interface PasskeyUse {
  readonly place: PasskeyPlace
  /** Who asks, and for what: the browser, or the session. */
  readonly purpose: string
}

/** What an authenticator has signed, as the browser tells it (`PublicKeyCredential.toJSON`), for a use it was asked for. */
export type PasskeyAnswer = PasskeyUse & { readonly response: unknown }

/** A person who authenticates to the relay. */
export interface User {
  readonly id: string
  /** Unique without regard to case and to what is invisible. */
  readonly name: string
  /** admin: runs the relay (users, sites); auditor: reads the whole record of what was done. Neither gives a right to other people's accounts. */
  readonly role: 'admin' | 'auditor' | 'member'
  readonly createdAt: number
  /** Since when he gets in nowhere, by anything that is his. */
  readonly disabledAt?: number
  /** When he was last let in again. */
  readonly admittedAt?: number
}

/** An enrolled client of a user: a terminal, a script, an agent. Revocable alone. */
export interface Device {
  readonly id: string
  readonly userId: string
  /** Unique within its user; letters, digits, `-`, `_`, `.`: it stands in proxy URLs. */
  readonly name: string
  readonly createdAt: number
  readonly lastSeenAt?: number
  /** It is a terminal that was paired: it may use these accounts until then, and nothing else. */
  readonly paired?: PairedTerminal
  /** It was revoked and is void, but the disk has not taken that: until it is revoked once more, a restart would let it in again. */
  readonly unwritten?: true
}

/** What a terminal that nobody trusts was given leave for, by a person with a phone (RFC 8628). */
export interface PairedTerminal {
  /** Ids. */
  readonly accounts: readonly string[]
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  readonly address: string
  /** What it says it is, cut to 200 characters. */
  readonly agent: string
  /** Those of the accounts whose own cookies it was given. Ids. */
  readonly handedOver: readonly string[]
}

/** A person's sign-in to the portal. The cookie's value is never stored: its hash only. */
export interface PortalSession extends ListedPortalSession {
  /** Anti-CSRF value that every form of this session carries; nowhere at rest. */
  readonly csrf: string
  /** When the person last proved who he is: at sign-in, or since (`verifyAgain`). Milliseconds since 1970. */
  readonly verifiedAt: number
}

/** A portal session as its owner sees it in a list. */
export interface ListedPortalSession {
  readonly id: string
  readonly userId: string
  readonly createdAt: number
  readonly lastUsedAt: number
  /** 12 hours after it began, or 2 hours after its last use, whichever comes first. */
  readonly expiresAt: number
  /** What the browser said it is, cut to 200 characters. */
  readonly agent: string
  readonly address: string
}

/** A sign-in to the portal that is whole. */
export interface SignedIn {
  /** The cookie's value. */
  readonly token: string
  readonly session: PortalSession
  readonly user: User
}

/** The password was right, and a code is owed. */
export interface HalfSignedIn {
  /** For the browser that gave the password; good for five minutes, for `finishSignIn` or `signInWithNewApp` alone. */
  readonly half: string
}

/**
 * The link that a person is added by, or given another way to sign in. It is spent by the record that says what it did: no crash leaves one without
 * the other.
 */
export interface LinkUse {
  /** Its hash. */
  readonly id: string
  /** Called when everything else is ready, the password hashed, in the same turn as the record is written. False, which is `invite_invalid`: it was withdrawn meanwhile. */
  take(): boolean
}

/** Who asks. `local` is the holder of the data directory's admin token: the person who runs the relay. */
export type Principal =
  | { readonly kind: 'portal'; readonly user: User; readonly session: PortalSession }
  | { readonly kind: 'device'; readonly user: User; readonly device: Device }
  | { readonly kind: 'local' }

/** A user to be added. */
export interface NewUser {
  readonly name: string
  /** Absent: he signs in by passkey alone. */
  readonly password?: string
  readonly role: User['role']
  /** Default: a new one. */
  readonly id?: string
  readonly first?: true
  readonly link?: LinkUse
}

export interface Identity {
  start(): Promise<void>
  stop(): Promise<void>

  /**
   * `password` absent: he signs in by passkey alone. `id`: the one he has been promised. `first`: only where there is nobody, else `invite_invalid`.
   * `already_exists` (names that differ only in case or invisibly are one); `bad_request` for an unfit name or password (8 to 1024 characters).
   */
  addUser(user: NewUser): Promise<User>
  /** Was it by this link that he came in, or chose another way to sign in last? Then it is spent. From memory. */
  cameBy(userId: string, link: string): boolean
  listUsers(): Promise<User[]>
  /**
   * From now on nothing of his gets in: his password, passkeys, sessions, devices. What is under way is not cut by this. False: there is no
   * such user, or he was disabled already.
   */
  disableUser(id: string): Promise<boolean>
  /** False: there is no such user, or he was not disabled. */
  enableUser(id: string): Promise<boolean>
  /** From memory. False also for who does not exist. */
  isDisabled(id: string): boolean
  /** When he was last let in again after he was disabled; undefined: he never was, or is. From memory. */
  admittedAt(id: string): number | undefined
  /** Calls back when somebody was disabled, or let in again. Returns the way to stop. */
  onAdmission(listener: (user: User) => void): () => void
  /** By id or name. */
  findUser(idOrName: string): Promise<User | undefined>
  /** False: he signs in by passkey alone, or there is no such user. From memory. */
  hasPassword(id: string): boolean

  /**
   * Checks a password and starts a portal session, or, for who has a second factor, the first half of one. The same time and the same words whether the user exists or not.
   * `unauthenticated` when wrong; `too_many_tries` (growing delay per user and per address); `password_alone_refused`: his passkey is wanted.
   */
  signIn(given: { name: string; password: string; address: string; agent: string }): Promise<SignedIn | HalfSignedIn>
  /** What a half sign-in still owes; undefined: it is over. `set-up`: passwords alone are refused, and the person has neither app nor passkey. */
  halfSignIn(half: string): { readonly user: User; readonly owes: 'code' | 'set-up' } | undefined
  /**
   * The second half: a code of the authenticator app, or a recovery code; `by` says which. Each is good once.
   * `unauthenticated`: it is wrong, or the first half is over; `too_many_tries`: counted together with wrong passwords.
   */
  finishSignIn(given: { half: string; code: string; address: string; agent: string }): Promise<SignedIn & { readonly by: 'app' | 'recovery' }>
  /**
   * The second half of one that owes a set-up: confirms the app that was offered meanwhile. `unauthenticated`: it is over, or owes something
   * else; else as `SecondFactors.confirm`.
   */
  signInWithNewApp(given: { half: string; code: string; address: string; agent: string }): Promise<SignedIn & { readonly recoveryCodes: readonly string[] }>
  /** A passkey is both halves at once. `passkey_refused`; `too_many_tries` (by address). */
  signInByPasskey(given: PasskeyAnswer & { readonly address: string; readonly agent: string }): Promise<SignedIn>
  /**
   * The person behind a session proves again who he is, by his password, and a code where he has a second factor. The session goes on
   * under another cookie's value, which is given back; the one before is worth nothing. `unauthenticated`, with the session as it was;
   * `too_many_tries`. Throttled together with signing in.
   */
  verifyAgain(given: { principal: Extract<Principal, { kind: 'portal' }>; password: string; code: string; address: string }): Promise<string>
  /** The same by a passkey of his. `passkey_refused`, `too_many_tries`. */
  verifyByPasskey(given: PasskeyAnswer & { readonly principal: Extract<Principal, { kind: 'portal' }>; readonly address: string }): Promise<string>
  /** Another password for who does not know his present one; his portal sessions end, and tries that failed are forgotten. `bad_request`; `not_found`, also for who is disabled; `store_conflict`: he was changed meanwhile. */
  resetPassword(userId: string, password: string, link?: LinkUse): Promise<User>
  /**
   * No password any more and no other passkey, for who signs in by this one, which he has already: one durable step; his portal sessions end.
   * `not_found`, `store_conflict` as above. Whether one that failed has taken effect says `wasResetTo`.
   */
  resetToPasskey(userId: string, passkey: string, link?: LinkUse): Promise<User>
  /** From memory. */
  wasResetTo(userId: string, passkey: string): boolean
  /** Would a password let this person in? False: passwords alone are refused, and he has a passkey and no authenticator app (`password_alone_refused`). */
  takesPassword(userId: string): Promise<boolean>
  /** A password for who has none. `bad_request`: he has one, or it is unfit. */
  addPassword(given: { principal: Extract<Principal, { kind: 'portal' }>; newPassword: string }): Promise<void>
  /**
   * False: he has none such. `host`: where he is now, and one that is left must work; undefined: anywhere. `bad_request`: he has no password, and
   * nothing would be left to sign in by.
   */
  removePasskey(userId: string, id: string, host: string | undefined): Promise<boolean>
  /**
   * Another password for who knows his present one; his other portal sessions end, and this one goes on under the cookie's value that is
   * given back. `unauthenticated`: the present one is another; `bad_request`: the new one is unfit; `too_many_tries`.
   */
  changePassword(given: { principal: Extract<Principal, { kind: 'portal' }>; password: string; newPassword: string; address: string }): Promise<string>
  /** The principal behind a portal cookie; undefined: none, expired or ended. */
  portalPrincipal(token: string): Promise<Extract<Principal, { kind: 'portal' }> | undefined>
  /** Newest first. One that was ended is among them until the disk has that: it can be ended once more. */
  listPortalSessions(userId: string): Promise<ListedPortalSession[]>
  endPortalSession(id: string): Promise<boolean>
  /** Whose it is, live or listed; this is no use of it. From memory. Undefined: there is none such. */
  portalSessionOwner(id: string): string | undefined
  /** Whose a live portal session is; this counts as its use. From memory: the gateway asks for every request. Undefined: it has ended. */
  usePortalSession(id: string): User | undefined
  /** The same without a use of it. */
  isPortalSessionLive(id: string): boolean
  /** Calls back when a portal session was ended, so that live traffic of it can be ended. One that runs out by time is told when it is found. Returns the way to stop. */
  onPortalSessionEnded(listener: (id: string) => void): () => void

  /** The token (256 random bits, base64url, prefix `lr_`) is given once; its hash is stored. `already_exists`, `not_found` (the user), `bad_request` (the name). */
  addDevice(userId: string, name: string): Promise<{ readonly device: Device; readonly token: string }>
  /** A paired terminal is a device whose token is known to the terminal alone: here is its hash. Errors as of `addDevice`. */
  addPairedTerminal(userId: string, name: string, given: { readonly tokenHash: string; readonly paired: PairedTerminal }): Promise<Device>
  /** A paired terminal is about to be given an account's own cookies: durable when it resolves. Nothing is noted of other devices. `unauthenticated`: the device has ended. */
  noteHandedOver(deviceId: string, accountId: string): Promise<void>
  /** Those too that are `unwritten`. */
  listDevices(userId?: string): Promise<Device[]>
  revokeDevice(deviceId: string): Promise<boolean>
  /**
   * The principal behind `DEVICE:TOKEN`; undefined: unknown, revoked, or a paired terminal whose time is over. Answers from memory: called for every proxied request.
   * `name` undefined: the token alone decides (Bearer).
   */
  devicePrincipal(token: string, name?: string): Extract<Principal, { kind: 'device' }> | undefined
  /** The principal of a device that has shown its certificate (`DeviceCertificates`); this counts as its use. From memory. Undefined: it was revoked, or its time is over. */
  certifiedPrincipal(deviceId: string): Extract<Principal, { kind: 'device' }> | undefined
  /** Calls back when a device was revoked, so that live traffic of it can be ended. Returns the way to stop. */
  onDeviceRevoked(listener: (device: Device) => void): () => void
}
