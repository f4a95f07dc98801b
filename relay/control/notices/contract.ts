import type { From, Who } from '../../audit/index.ts'

export type NoticeKind =
  /** A device sent its first request in a session at a site, or another sign-in of the person did. */
  | 'account-used'
  /** The relay signed in at a site. */
  | 'site-sign-in'
  /** A session was taken by a link: its cookies left the relay. */
  | 'session-taken'
  /** A device was given a copy of a session to keep: it uses it where nobody can tell. */
  | 'session-copied'
  /** The relay leaves an account alone until its owner acts. */
  | 'account-attention'
  /** Somebody asks for an account, or for leave to use it now. */
  | 'access-asked'
  /** What was asked for is decided. */
  | 'access-answered'
  /** A grant was made, changed or ended. */
  | 'grant-changed'
  /** Somebody signed in to the relay as this person. */
  | 'portal-sign-in'
  /** The same with a recovery code, which is spent. */
  | 'recovery-code-used'
  /** Tries to sign in to the relay as this person that failed; summed over an hour. */
  | 'failed-tries'
  /** Password, passkeys, authenticator app, recovery codes, phrase. */
  | 'sign-in-changed'
  | 'device-added'
  /** A device showed a certificate that is no good; summed over an hour. */
  | 'device-refused'
  /** Where notices go was changed. */
  | 'delivery-changed'
  /** Asked for, to see that they come at a browser; it goes nowhere else. */
  | 'delivery-test'

/** What a person chooses by. */
export type NoticeGroup =
  /** What is done with his accounts. */
  | 'use'
  /** What waits for him. */
  | 'attention'
  /** His own sign-in to the relay, and his devices. */
  | 'door'

/** What was done with what is a person's. It never holds a secret. */
export interface Notice {
  readonly id: string
  /** The user who is told. */
  readonly owner: string
  readonly kind: NoticeKind
  /** Milliseconds since 1970. */
  readonly at: number
  /** Ids; the names are as they were then. */
  readonly account?: string
  readonly accountName?: string
  readonly site?: string
  readonly device?: string
  readonly deviceName?: string
  /** The portal session that began, or that did it. */
  readonly portalSession?: string
  /** It tells that a link was made by which this person chooses another way to sign in. */
  readonly resetLink?: true
  readonly by?: Who
  readonly from?: From
  /** From a browser and address that this person has not been seen with. */
  readonly isNew?: true
  /** Safe words beside those of the kind. */
  readonly text?: string
  /** Where the same is summed: how often, and when last. */
  readonly count?: number
  readonly lastAt?: number
  readonly readAt?: number
  /** When its owner said that it was not he. */
  readonly disownedAt?: number
}

/** What is told; what is absent and the present actor knows is taken from there. */
export type Telling = Omit<Notice, 'id' | 'at' | 'accountName' | 'count' | 'lastAt' | 'readAt' | 'disownedAt'> & { readonly at?: number }

/** Where notices of these groups go. */
export interface DeliveryChoice {
  readonly mail?: { readonly address: string; readonly groups: readonly NoticeGroup[] } | undefined
  /** An address that waits for the code that was sent there, until then: it gets no notices yet, and those go on to `mail`. */
  readonly asked?: { readonly address: string; readonly groups: readonly NoticeGroup[]; readonly expiresAt: number } | undefined
  readonly webhook?: { readonly url: string; readonly groups: readonly NoticeGroup[] } | undefined
  /** Browsers that show them while no page of the portal is open (Web Push), in the order they came. */
  readonly browsers: readonly NoticeBrowser[]
  /** What this relay can do. */
  readonly can: { readonly mail: boolean; readonly webhook: boolean; readonly push: boolean }
  /** The `applicationServerKey` of the Push API, base64url; '' where this relay sends none. */
  readonly pushKey: string
}

export interface NoticeBrowser {
  readonly id: string
  /** What it said of itself when it was added. */
  readonly name: string
  readonly addedAt: number
  readonly groups: readonly NoticeGroup[]
  /** The host of its push service. */
  readonly service: string
}

/** What a browser gives out when it subscribes (Push API section 8), keys in base64url: who knows all of it is that browser. */
export interface PushAddress {
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
}

export interface NewBrowser extends PushAddress {
  readonly name: string
  readonly groups: readonly NoticeGroup[]
}

export interface Notices {
  /** Reads what was recorded while nobody listened, and takes up deliveries that were not finished. After the audit, the accounts and identity. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Resolves when it is stored, and never rejects: what it tells of is done whether it can be told or not. The log says so where it cannot. */
  tell(telling: Telling): Promise<void>
  /** Newest first. `before`: only those older than this one. */
  list(owner: string, options?: { readonly limit?: number; readonly before?: string; readonly unread?: boolean }): Notice[]
  find(owner: string, id: string): Notice | undefined
  unread(owner: string): number
  /** Undefined: all of them. Gives how many were unread. */
  markRead(owner: string, ids?: readonly string[]): Promise<number>
  /** Its owner says that it was not he. */
  disown(owner: string, id: string): Promise<void>
  /** What this person wants beside the portal. No secret is in it. */
  delivery(owner: string): DeliveryChoice
  /**
   * By mail; undefined: no more. An address that is not confirmed is sent a code first, and gets no notice before that came back (`confirmMail`). The
   * place before is told of it. `bad_request`; `too_many_tries`: there were too many codes lately; `mail_not_taken`.
   */
  setMail(owner: string, mail: DeliveryChoice['mail']): Promise<void>
  /** By the code that was sent there: notices go to that address from now on. `mail_code_wrong`: it is wrong, or over; after five of them it is over. */
  confirmMail(owner: string, code: string): Promise<void>
  /** Gives the secret that signs them, once; '' where they are ended. `bad_request`, `destination_refused`. */
  setWebhook(owner: string, webhook: DeliveryChoice['webhook']): Promise<string>
  /** The same one again changes its groups. Gives its id. `bad_request`, `destination_refused`. */
  addBrowser(owner: string, browser: NewBrowser): Promise<string>
  /** Whose browser this is. From memory. */
  ownerOfBrowser(address: PushAddress): string | undefined
  /** One of his browsers is about to be renewed: whoever has come by its address could have it done for ever. `too_many_tries`: one in ten seconds, and twenty a day. */
  beginRenewal(owner: string): void
  /** Its push service has given it another address; its name and groups stay. Gives its new id. `not_found`, `bad_request`, `destination_refused`. */
  renewBrowser(owner: string, before: PushAddress, after: PushAddress): Promise<string>
  /** False: there was none of his. */
  removeBrowser(owner: string, id: string): Promise<boolean>
  /** Sends one now, and says what came of it. `not_found`, `notice_not_taken`; `too_many_tries`: once in ten seconds for each browser, and not while its service asks for time. */
  testBrowser(owner: string, id: string): Promise<void>
  /** Calls back for each one that is stored or counted up. Gives the way to stop. */
  onTold(listener: (notice: Notice) => void): () => void
}
