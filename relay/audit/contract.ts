/** Who did it. Names are as they were then; ids stay. */
export interface Who {
  readonly kind: /** A person, signed in at the portal. */
    | 'user'
    /** A device of a person's. */
    | 'device'
    /** The holder of the data directory. */
    | 'local'
    /** The relay by itself: a rotation that was due, a certificate that ran out. */
    | 'relay'
    /** Nobody it knows. */
    | 'unknown'
  readonly user?: string
  readonly name?: string
  readonly device?: string
  readonly deviceName?: string
  /** The portal session, by its id. */
  readonly session?: string
}

/** From where. */
export interface From {
  readonly address?: string
  /** What the client said it is; cut to 200 characters. */
  readonly agent?: string
}

export type Outcome =
  /** It is about to be done; the record of what came of it names this one. */
  | 'intent'
  | 'done'
  /** Somebody said no: a rule of the relay, or the site. */
  | 'refused'
  /** It broke, or the site did. */
  | 'failed'

/** What can be told of an act beside what every record tells. Never a secret: what may be one goes through `Audit.fingerprint`. */
export type Details = Readonly<Record<string, string | number | boolean>>

/** One thing that was done, or is about to be. What is absent and the actor knows is taken from there. */
export interface AuditEntry {
  /** Noun and verb, parted by a dot: `device.revoke`. */
  readonly act: string
  readonly outcome: Outcome
  readonly who?: Who
  readonly from?: From
  /** The user id whose things it concerns; absent: it concerns the relay. */
  readonly owner?: string
  /** Ids. */
  readonly account?: string
  readonly site?: string
  readonly device?: string
  /** The rule of `relay/control` that decided, by its id, and its reason. */
  readonly rule?: string
  readonly reason?: string
  /** The code of the error it ended with. */
  readonly error?: string
  /** The number of the record that announced it. */
  readonly of?: number
  readonly details?: Details
}

/** A record as it stands in the file. */
export interface AuditRecord extends AuditEntry {
  /** 1, 2, 3, ... */
  readonly n: number
  /** ISO 8601, universal time. */
  readonly at: string
  /** SHA-256 of the line before, base64url. */
  readonly prev: string
  readonly who: Who
  /** HMAC-SHA-256 of the line up to here, base64url. */
  readonly mac: string
}

/** One place where the chain is broken. */
export interface Break {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly problem: /** The line is no record. */
    | 'unreadable'
    /** The record is not as the relay wrote it, or the relay did not write it. */
    | 'changed'
    /** Records are missing before this line, or at the end of this file. */
    | 'missing'
    /** The record does not stand where it was written. */
    | 'moved'
    /** The record does not follow from the one before. */
    | 'unlinked'
    /** What the store knows of the chain was changed. */
    | 'anchor'
  /** In words a person can read. */
  readonly text: string
}

export interface AuditReport {
  readonly ok: boolean
  /** How many records were read. */
  readonly records: number
  /** The first record that is kept; those before have been let go after their time. */
  readonly from: number
  /** Where the chain ends: number and hash of the last record. To be written down elsewhere by who wants to compare. */
  readonly head: { readonly n: number; readonly hash: string }
  /** The first ones, up to 20. */
  readonly breaks: readonly Break[]
}

/** The record of what was done: append-only, chained, durable before the act takes effect. */
export interface Audit {
  /** Opens the chain where it ended. That it is broken there is logged, and the chain goes on in a new file. `audit_unwritable`. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Resolves with the record's number when it is durable: what it announces may be done from then on. `audit_unwritable`: it must not. */
  record(entry: AuditEntry): Promise<number>
  /**
   * Does something between two records: that it is about to be done, and what came of it. Without the first, nothing is done. `told`: what the
   * second says besides.
   */
  act<T>(entry: Omit<AuditEntry, 'outcome'>, effect: () => Promise<T>, told?: (result: T) => Partial<AuditEntry>): Promise<T>
  /** The same for what ends something: a person can always end it (law 7), so without its record it is done all the same, and the log says so. */
  end<T>(entry: Omit<AuditEntry, 'outcome'>, effect: () => Promise<T>, told?: (result: T) => Partial<AuditEntry>): Promise<T>
  /** Calls back for each record once it is durable. Gives the way to stop. */
  onRecorded(listener: (record: AuditRecord) => void): () => void
  /** What may be a secret, as a keyed hash: the same value gives the same text, and nobody finds the value by it. */
  fingerprint(value: string): string
  /** Newest first; `before`: only those with a smaller number. */
  newest(before?: number): AsyncIterable<AuditRecord>
  /** Oldest first. */
  oldest(): AsyncIterable<AuditRecord>
  /** Reads every record and names each place where the chain is broken. */
  verify(): Promise<AuditReport>
}
