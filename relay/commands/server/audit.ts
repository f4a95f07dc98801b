import { pipeline } from 'node:stream/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { AuditRecord, AuditReport } from '../../audit/index.ts'
import { counted } from '../../counted.ts'
import { printable, printJson, printLine, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

/** `audit list|verify|export`: what was done, and whether the record of it is whole. */
export function auditVerbs(audit: Command): void {
  verb(audit, 'list', 'list what was done, newest first')
    .option('--limit <N>', 'how many records', count, 50)
    .option('--before <N>', 'only records with a smaller number', count)
    .option('--act <ACT>', 'only this act; `device.` for all that begin so')
    .action(list)
  verb(audit, 'verify', 'read the whole record and name each place where it was changed').action(verify)
  verb(audit, 'export', 'print every record, oldest first, one a line')
    .addOption(new Option('--format <FORMAT>', 'as it stands in the files, or in the Common Event Format').choices(['jsonl', 'cef']).default('jsonl'))
    .action(exportRecords)
}

async function list(options: CommonOptions & { limit: number; before?: number; act?: string }): Promise<void> {
  const { limit, before, act } = options
  const query = new URLSearchParams({
    limit: String(limit),
    ...(before === undefined ? {} : { before: String(before) }),
    ...(act === undefined ? {} : { act }),
  })
  const records = await withRelay(options, (relay) => relay.call<AuditRecord[]>('GET', `/api/v1/audit?${query}`))
  if (options.json === true) return printJson(records)
  const { withoutAnnounced } = await import('../../audit/index.ts')
  printTable(
    ['N', 'TIME', 'WHO', 'ACT', 'WHAT', 'OUTCOME'],
    withoutAnnounced(records).map((record) => [
      String(record.n),
      record.at.slice(0, 19).replace('T', ' '),
      nameOf(record),
      record.act,
      thingOf(record),
      outcomeOf(record),
    ]),
    'Nothing has been recorded.',
  )
}

async function verify(options: CommonOptions): Promise<void> {
  const report = await withRelay(options, (relay) => relay.call<AuditReport>('GET', '/api/v1/audit/verify'))
  if (!report.ok) process.exitCode = 1
  if (options.json === true) return printJson(report)
  const { records, from, head, breaks } = report
  if (report.ok) printLine(`The audit is whole: records ${from} to ${head.n}. The last one's hash is ${head.hash}.`)
  else printLine(`The audit was changed. ${counted(records, 'record was', 'records were')} read; these are the places:`)
  for (const { file, line, text } of breaks) printLine(`  ${printable(file)}:${line}: ${printable(text)}`)
}

async function exportRecords(options: CommonOptions & { format: string }): Promise<void> {
  await withRelay(options, async (relay) => pipeline(await relay.open('GET', `/api/v1/audit/export?format=${options.format}`), process.stdout, { end: false }))
}

function count(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 on.')
  return value
}

function nameOf({ who }: AuditRecord): string {
  if (who.kind === 'local' || who.kind === 'relay') return who.kind
  return [who.name ?? 'unknown', ...(who.deviceName === undefined ? [] : [who.deviceName])].join(' by ')
}

function thingOf({ site, device, details }: AuditRecord): string {
  return [site, device, details?.name].filter((part) => part !== undefined).join(' ')
}

function outcomeOf({ outcome, error, rule }: AuditRecord): string {
  const why = error ?? (outcome === 'refused' ? rule : undefined)
  return why === undefined ? outcome : `${outcome} (${why})`
}
