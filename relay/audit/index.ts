/**
 * Audit: what was done, by whom, from where, and what came of it, as files of records that are only ever added to.
 *
 * Each record is durable before the act it announces takes effect: no record, no act. Each holds the hash of the one before and a MAC
 * under a key that is sealed in the vault, and the store knows where the chain ends: what was changed, removed, moved, added or cut off is
 * named with its place. Knows nothing of what it records. Refuses: secrets; what may be one is written as a keyed hash. Keeps laws 1 and 5.
 */

export { type Actor, presentActor, runAs } from './actor.ts'
export { toCef } from './cef.ts'
export type { Audit, AuditEntry, AuditRecord, AuditReport, Break, Details, From, Outcome, Who } from './contract.ts'
export { type AuditOptions, createAudit } from './create-audit.ts'
export { withoutAnnounced } from './without-announced.ts'
