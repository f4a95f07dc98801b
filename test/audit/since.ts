import type { AuditRecord } from '../../relay/audit/index.ts'
import type { StartedRelay } from '../start-relay.ts'

/** What was recorded after that number, oldest first. */
export async function since({ audit }: StartedRelay, n: number): Promise<AuditRecord[]> {
  const records: AuditRecord[] = []
  for await (const record of audit.oldest()) if (record.n > n) records.push(record)
  return records
}

/** The number of the last record. */
export async function lastOf({ audit }: StartedRelay): Promise<number> {
  return (await audit.verify()).head.n
}
