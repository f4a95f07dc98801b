import type { Account } from '../../accounts/index.ts'
import type { Principal } from '../../identity/index.ts'
import type { Weekday } from '../../weekdays.ts'

/** Whom an account is lent to. Names are as they were then; ids decide. */
export interface Grantee {
  readonly kind: 'user' | 'group' | 'device'
  readonly id: string
  readonly name: string
}

/** When in the week, by the clock on the wall of a place. */
export interface Hours {
  /** Absent: every day. Of hours that go past midnight, the day is the one they begin on. */
  readonly days?: readonly Weekday[]
  /** `HH:MM`; both or neither. The second is the first minute that is outside. */
  readonly from?: string
  readonly to?: string
  /** IANA time zone: `Europe/Berlin`. */
  readonly zone: string
}

/** On which terms. Each that stands there must be met; what is absent limits nothing. */
export interface GrantTerms {
  /** Milliseconds since 1970. */
  readonly from?: number
  readonly until?: number
  readonly hours?: Hours
  /** CIDR: `192.0.2.0/24`, or an address alone. */
  readonly networks?: readonly string[]
  /** What the location check says of the address: countries, mostly. */
  readonly places?: readonly string[]
  /** GET, HEAD and OPTIONS alone, and no WebSockets. */
  readonly readOnly?: true
  /** Besides those of the site and of the account. */
  readonly denyPaths?: readonly string[]
  /** Each time somebody must say yes: the owner, or these users (ids). */
  readonly approval?: { readonly by: readonly string[] }
  /** Only after so many hours from asking for it, during which the owner can refuse. */
  readonly emergency?: { readonly waitHours: number }
  /** The real cookies may be given out, to tools and at sites whose delivery is `handoff`. Absent: attached on the way alone. */
  readonly handoff?: true
}

/** Leave to use an account without seeing its secrets. */
export interface Grant extends GrantTerms {
  readonly id: string
  readonly accountId: string
  /** The account's owner, and his name. */
  readonly owner: string
  readonly ownerName: string
  readonly to: Grantee
  readonly createdAt: number
  /** Kept for a while, so that it can be told why it ended. */
  readonly revokedAt?: number
  /** That it was revoked has not reached the disk: until it is revoked once more, a restart would lend it again. */
  readonly unwritten?: true
  /** It was made by the yes to this request, and goes when that is taken back. */
  readonly request?: string
  /** It stands in this file, with this digest. */
  readonly file?: { readonly name: string; readonly digest: string }
}

/** Somebody asks for leave. */
export interface AccessRequest {
  readonly id: string
  /** How the requester named the account: OWNER/NAME. */
  readonly named: string
  /** Undefined: there is none of that name, which the requester is not told. */
  readonly accountId?: string
  readonly owner?: string
  /** The grant that wants an approval or a waiting period; absent: he has none. */
  readonly grantId?: string
  readonly kind: 'leave' | 'approval' | 'emergency'
  /** A user id, and his name. */
  readonly requester: string
  readonly requesterName: string
  readonly why: string
  /** Until when he wants it. */
  readonly wantedUntil: number
  readonly at: number
  readonly address: string
  readonly state: 'open' | 'approved' | 'refused'
  /** The user id of who decided, or `local`; and his name. */
  readonly by?: string
  readonly byName?: string
  readonly decidedAt?: number
  /** Until when an approval is good. */
  readonly until?: number
}

/** An account that somebody else lends to this principal, or lent. */
export interface LentAccount {
  readonly account: Account
  /** OWNER/NAME. */
  readonly name: string
  readonly ownerName: string
  readonly grants: readonly Grant[]
}

export type Borrower = Exclude<Principal, { kind: 'local' }>

/** Something about what is lent has changed. */
export interface LendingChange {
  /** Undefined: it may be any. */
  readonly accountId?: string | undefined
  /** Somebody took leave away. */
  readonly ends?: true
}
