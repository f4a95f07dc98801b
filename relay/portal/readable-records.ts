import type { AuditRecord } from '../audit/index.ts'
import { decideAudit } from '../control/index.ts'
import type { Principal } from '../identity/index.ts'
import type { Rooms } from './rooms.ts'

export interface RecordsWanted {
  readonly limit: number
  /** Only those with a smaller number. */
  readonly before?: number | undefined
  /** Only this act, or all that begin so where a dot ends it. */
  readonly act?: string | undefined
}

export interface RecordsFound {
  readonly records: AuditRecord[]
  /** There may be more with smaller numbers than this. */
  readonly next?: number
}

/** So many are looked at for one question: nobody makes the relay read years of other people's records by asking for his own. */
const mostLooked = 20_000

/** The records of the audit that this principal may read, newest first. */
export async function readableRecords({ audit }: Pick<Rooms, 'audit'>, principal: Principal, { limit, before, act }: RecordsWanted): Promise<RecordsFound> {
  const records: AuditRecord[] = []
  // Who holds the data directory can read the files anyway.
  let left = principal.kind === 'local' ? Number.POSITIVE_INFINITY : mostLooked
  for await (const record of audit.newest(before)) {
    if (isOfAct(record, act) && mayRead(principal, record)) records.push(record)
    if (records.length === limit || --left === 0) return { records, next: record.n }
  }
  return { records }
}

function isOfAct({ act }: AuditRecord, wanted: string | undefined): boolean {
  return wanted === undefined || (wanted.endsWith('.') ? act.startsWith(wanted) : act === wanted)
}

export function mayRead(principal: Principal, record: AuditRecord): boolean {
  return decideAudit(principal, record).allowed
}
