import type { AuditRecord } from '../audit/index.ts'
import type { Principal } from '../identity/index.ts'
import { type Decision, firstMatch, type Rule } from './rule.ts'

interface Question {
  readonly principal: Principal
  readonly record: Pick<AuditRecord, 'owner' | 'who'>
}

const auditRules: readonly Rule<Question>[] = [
  {
    id: 'local',
    allowed: true,
    reason: 'the holder of the data directory runs this relay',
    matches: ({ principal }) => principal.kind === 'local',
  },
  {
    id: 'device-reads',
    allowed: false,
    reason: 'a device uses accounts; what was done is read at the portal',
    matches: ({ principal }) => principal.kind === 'device',
  },
  {
    id: 'own',
    allowed: true,
    reason: 'it concerns what is yours',
    matches: ({ principal, record }) => principal.kind === 'portal' && record.owner === principal.user.id,
  },
  {
    id: 'did-it',
    allowed: true,
    reason: 'you did it, and it concerns nobody else',
    // Not of what is another's: that he was refused it would tell him that it is there.
    matches: ({ principal, record }) => principal.kind === 'portal' && record.owner === undefined && record.who.user === principal.user.id,
  },
  {
    id: 'administration',
    allowed: true,
    reason: 'it concerns the relay, and you administer it',
    matches: ({ principal, record }) => principal.kind === 'portal' && principal.user.role === 'admin' && record.owner === undefined,
  },
  {
    id: 'auditor',
    allowed: true,
    reason: 'you audit this relay',
    matches: ({ principal }) => principal.kind === 'portal' && principal.user.role === 'auditor',
  },
]

/** May this principal read this record of the audit? An administrator reads what concerns the relay, not what others do with their accounts; an auditor reads all. */
export function decideAudit(principal: Principal, record: Question['record']): Decision {
  return firstMatch(auditRules, { principal, record })
}
