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

/** The records of the audit that this principal may read, newest first. */
export async function readableRecords({ audit }: Rooms, principal: Principal, { limit, before, act }: RecordsWanted): Promise<AuditRecord[]> {
  const found: AuditRecord[] = []
  for await (const record of audit.newest()) {
    if (before !== undefined && record.n >= before) continue
    if (act !== undefined && (act.endsWith('.') ? !record.act.startsWith(act) : record.act !== act)) continue
    if (mayRead(principal, record) && found.push(record) === limit) break
  }
  return found
}

export function mayRead(principal: Principal, record: AuditRecord): boolean {
  return decideAudit(principal, record).allowed
}
