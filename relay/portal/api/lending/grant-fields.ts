import { z } from 'zod'
import { weekdays } from '../../../weekdays.ts'
import { name, time } from '../fields.ts'

/** On which terms an account is lent. */
export const termFields = {
  from: time.optional(),
  until: time.optional(),
  hours: z
    .strictObject({
      days: z.array(z.enum(weekdays)).max(7).optional(),
      from: z.string().max(5).optional().meta({ description: 'HH:MM.' }),
      to: z.string().max(5).optional().meta({ description: 'HH:MM, the first minute that is outside; before `from`: on the next day.' }),
      zone: z.string().min(1).max(100).meta({ description: 'IANA time zone.' }),
    })
    .optional(),
  networks: z.array(z.string().max(64)).max(100).optional().meta({ description: 'CIDR.' }),
  places: z
    .array(z.string().max(200))
    .max(100)
    .optional()
    .meta({ description: 'As the location check or the database of places says them: DE, DE-BY, DE-BY Munich.' }),
  readOnly: z.literal(true).optional().meta({ description: 'GET, HEAD and OPTIONS alone; no WebSockets.' }),
  denyPaths: z.array(z.string().max(500)).max(100).optional().meta({ description: 'Besides those of the site and of the account.' }),
  emergency: z.strictObject({ waitHours: z.number() }).optional(),
  handoff: z.literal(true).optional().meta({ description: 'The real cookies may be given out.' }),
}

export const to = z.strictObject({
  user: name.optional(),
  group: name.optional(),
  device: name.optional().meta({ description: 'USER/DEVICE.' }),
})

/** A grant as the API tells it, of users by name. */
export const grantAnswer = z.object({
  id: z.string(),
  account: z.string().meta({ description: 'OWNER/NAME.' }),
  accountId: z.string(),
  site: z.string(),
  to: z.string().meta({ description: '`user bob`, `group accounting`, `device bob/laptop`.' }),
  ...termFields,
  approval: z.array(z.string()).optional().meta({ description: 'Somebody says yes each time: the owner, or these.' }),
  terms: z.array(z.string()).meta({ description: 'The terms in words.' }),
  createdAt: time,
  revokedAt: time.optional(),
  unwritten: z
    .literal(true)
    .optional()
    .meta({ description: 'That it was taken back could not be written: take it back once more, or a restart lends it again.' }),
  file: z.string().optional(),
})

export const grantExample = {
  id: '9a1c',
  account: 'ann/erp',
  accountId: '5d2e',
  site: 'erp',
  to: 'user bob',
  until: 1_760_086_400_000,
  networks: ['192.0.2.0/24'],
  readOnly: true as const,
  terms: ['until 2025-10-10 08:53 UTC', 'from the networks 192.0.2.0/24', 'for reading alone'],
  createdAt: 1_760_000_000_000,
}

export const requestAnswer = z.object({
  id: z.string(),
  account: z.string().meta({ description: 'OWNER/NAME, as it was asked for.' }),
  kind: z.enum(['leave', 'approval', 'emergency']),
  requester: z.string(),
  why: z.string(),
  wantedUntil: time,
  at: time,
  address: z.string(),
  state: z.enum(['open', 'approved', 'refused']),
  by: z.string().optional(),
  decidedAt: time.optional(),
  until: time.optional(),
  effectiveAt: time.optional().meta({ description: 'When the waiting period of an emergency ends.' }),
})

export const requestExample = {
  id: 'r1',
  account: 'ann/erp',
  kind: 'leave' as const,
  requester: 'bob',
  why: 'the invoices of March',
  wantedUntil: 1_760_086_400_000,
  at: 1_760_000_000_000,
  address: '192.0.2.7',
  state: 'open' as const,
}
