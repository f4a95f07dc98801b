import { Readable } from 'node:stream'
import { z } from 'zod'
import { type AuditRecord, toCef } from '../../../audit/index.ts'
import { RelayError } from '../../../errors.ts'
import type { Principal } from '../../../identity/index.ts'
import { mayRead, readableRecords } from '../../readable-records.ts'
import { route } from '../route.ts'

const detail = z.union([z.string(), z.number(), z.boolean()])

const recordAnswer = z.object({
  n: z.int().meta({ description: 'Its number: 1, 2, 3, ...' }),
  at: z.string(),
  act: z.string(),
  outcome: z
    .enum(['intent', 'done', 'refused', 'failed'])
    .meta({ description: '`intent`: it was about to be done; the record of what came of it has this one’s number as `of`.' }),
  who: z.object({
    kind: z.enum(['user', 'device', 'local', 'relay', 'unknown']),
    user: z.string().optional(),
    name: z.string().optional(),
    device: z.string().optional(),
    deviceName: z.string().optional(),
  }),
  from: z.object({ address: z.string().optional(), agent: z.string().optional() }).optional(),
  owner: z.string().optional().meta({ description: 'The id of the user whose things it concerns; absent: the relay.' }),
  account: z.string().optional(),
  site: z.string().optional(),
  device: z.string().optional(),
  rule: z.string().optional().meta({ description: 'The rule that decided.' }),
  reason: z.string().optional(),
  error: z.string().optional(),
  of: z.int().optional(),
  details: z.record(z.string(), detail).optional(),
})

const example = {
  n: 17,
  at: '2026-01-31T09:00:00.000Z',
  act: 'device.revoke',
  outcome: 'done' as const,
  who: { kind: 'user' as const, user: 'u1', name: 'ann' },
  from: { address: '192.0.2.7', agent: 'Mozilla/5.0' },
  owner: 'u1',
  device: 'd1',
  rule: 'owner',
  reason: 'it is yours',
  of: 16,
}

const reportAnswer = z.object({
  ok: z.boolean(),
  records: z.int(),
  from: z.int().meta({ description: 'The first record that is kept.' }),
  head: z.object({ n: z.int(), hash: z.string() }).meta({ description: 'The last record: to be written down elsewhere by who wants to compare.' }),
  breaks: z.array(
    z.object({
      file: z.string(),
      line: z.int(),
      problem: z.enum(['unreadable', 'changed', 'missing', 'moved', 'unlinked', 'anchor']),
      text: z.string(),
    }),
  ),
})

/** People whose export is under way: each reads all that the relay has recorded, whoever's it is. */
const exporting = new Set<string>()

/** What was done. Each reads what concerns his own accounts and devices; who runs the relay, what concerns it. */
export const auditRoutes = [
  route({
    method: 'GET',
    path: '/audit',
    summary: 'What was done, newest first: what concerns you, and for who runs the relay what concerns it',
    access: 'person',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      before: z.coerce
        .number()
        .int()
        .min(1)
        .optional()
        .meta({ description: 'Only records with a smaller number. A `Link` header of rel `next` says where to go on; without one there are no more.' }),
      act: z.string().min(1).max(60).optional().meta({ description: 'Only this act, or with a dot at the end all that begin so: `device.`' }),
    }),
    answer: z.array(recordAnswer).meta({ examples: [[example]] }),
    handle: async ({ rooms, principal, query, reply }) => {
      const { records, next } = await readableRecords(rooms, principal, query)
      // RFC 8288.
      if (next !== undefined) reply.header('link', `</api/v1/audit?${asQuery({ ...query, before: next })}>; rel="next"`)
      return records
    },
  }),
  route({
    method: 'GET',
    path: '/audit/verify',
    summary: 'Read the whole audit and name each place where its chain is broken',
    access: 'auditor',
    answer: reportAnswer.meta({ examples: [{ ok: true, records: 17, from: 1, head: { n: 17, hash: 'b64url' }, breaks: [] }] }),
    handle: async ({ rooms }) => {
      const report = await rooms.audit.verify()
      return { ...report, breaks: [...report.breaks] }
    },
  }),
  route({
    method: 'GET',
    path: '/audit/export',
    summary: 'The same records, oldest first, one a line: as they stand in the files, or in the Common Event Format; for each person one at a time',
    access: 'person',
    query: z.strictObject({ format: z.enum(['jsonl', 'cef']).default('jsonl') }),
    answer: { type: 'text/plain; charset=utf-8', description: 'One record a line.' },
    handle: ({ rooms, principal, query }) => {
      const line = query.format === 'cef' ? (record: AuditRecord) => toCef(record, rooms.version) : JSON.stringify
      return onlyOne(principal, () => Readable.from(linesOf(rooms.audit.oldest(), (record) => (mayRead(principal, record) ? `${line(record)}\n` : undefined))))
    },
  }),
]

function asQuery(query: Readonly<Record<string, string | number | undefined>>): URLSearchParams {
  return new URLSearchParams(Object.entries(query).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]])))
}

/** `too_many_tries` while another is read. Who holds the data directory can read the files anyway. */
function onlyOne(principal: Principal, open: () => Readable): Readable {
  if (principal.kind === 'local') return open()
  const { id } = principal.user
  if (exporting.has(id)) throw new RelayError('too_many_tries', { params: { seconds: 10 }, detail: 'an export is under way' })
  const records = open()
  exporting.add(id)
  return records.once('close', () => exporting.delete(id))
}

async function* linesOf(records: AsyncIterable<AuditRecord>, line: (record: AuditRecord) => string | undefined): AsyncIterable<string> {
  for await (const record of records) {
    const text = line(record)
    if (text !== undefined) yield text
  }
}
