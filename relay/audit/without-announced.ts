import type { AuditRecord } from './contract.ts'

/** For people: an act is told once, by what came of it, or by its announcement where nothing is known of that. */
export function withoutAnnounced(records: readonly AuditRecord[]): readonly AuditRecord[] {
  const told = new Set(records.map(({ of }) => of))
  return records.filter(({ n }) => !told.has(n))
}
