import { parse } from 'yaml'
import { z } from 'zod'
import { RelayError } from '../../errors.ts'
import { readMoment } from '../../read-moment.ts'
import { weekdays } from '../../weekdays.ts'
import type { GrantTerms } from './contract.ts'
import type { NamedGrantee } from './names.ts'

const moment = z.string().transform((text, { addIssue }) => {
  const read = readMoment(text)
  if (read === undefined) addIssue('must be written 2026-01-31 or 2026-01-31T09:00Z')
  return read ?? 0
})
const some = z.array(z.string()).min(1)

const schema = z.strictObject({
  account: z.string(),
  to: z.string().regex(/^(?:user|group|device) \S/, 'must be `user NAME`, `group NAME` or `device USER/NAME`'),
  from: moment.optional(),
  until: moment.optional(),
  days: z.array(z.enum(weekdays)).optional(),
  hours: z
    .string()
    .regex(/^\d{2}:\d{2}-\d{2}:\d{2}$/, 'must be written 09:00-17:00')
    .optional(),
  zone: z.string().optional(),
  networks: some.optional(),
  places: some.optional(),
  readOnly: z.boolean().optional(),
  denyPaths: some.optional(),
  approval: z.union([z.boolean(), z.array(z.string())]).optional(),
  emergency: z.number().optional(),
  handoff: z.boolean().optional(),
})

/** A policy as a file says it: names, not ids. */
export interface Policy {
  /** OWNER/NAME. */
  readonly account: string
  readonly to: NamedGrantee
  /** By name; undefined: nobody needs to say yes. */
  readonly approvers: readonly string[] | undefined
  readonly terms: GrantTerms
}

/** Reads a policy. `bad_request`. */
export function readPolicy(text: string): Policy {
  const given = schema.safeParse(readYaml(text))
  if (!given.success) throw bad(issueWords(given.error))
  const { account, to, from, until, days, hours, zone, networks, places, readOnly, denyPaths, approval, emergency, handoff } = given.data
  const isTimed = days !== undefined || hours !== undefined
  if (isTimed !== (zone !== undefined)) throw bad('days and hours go together with zone')
  const [begin, end] = hours?.split('-') ?? []
  const [kind, ...name] = to.split(' ')
  return {
    account,
    to: { [kind as string]: name.join(' ') },
    approvers: approval === true ? [] : approval === false ? undefined : approval,
    terms: {
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
      ...(isTimed && zone !== undefined
        ? { hours: { ...(days === undefined ? {} : { days }), ...(begin === undefined || end === undefined ? {} : { from: begin, to: end }), zone } }
        : {}),
      ...(networks === undefined ? {} : { networks }),
      ...(places === undefined ? {} : { places }),
      ...(readOnly === true ? { readOnly } : {}),
      ...(denyPaths === undefined ? {} : { denyPaths }),
      ...(emergency === undefined ? {} : { emergency: { waitHours: emergency } }),
      ...(handoff === true ? { handoff } : {}),
    },
  }
}

function readYaml(text: string): unknown {
  try {
    return parse(text)
  } catch {
    throw bad('it is not YAML')
  }
}

function issueWords({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'it does not fit'
  const where = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `
  return issue.code === 'unrecognized_keys' ? `${where}${issue.keys.join(', ')} is not a key of a policy` : `${where}${issue.message}`
}

function bad(problem: string): RelayError {
  return new RelayError('bad_request', { params: { problem } })
}
