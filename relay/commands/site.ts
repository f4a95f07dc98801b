import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { parseDocument } from 'yaml'
import { RelayError } from '../errors.ts'
import type { ProbeReport } from '../login/index.ts'
import { printable, printJson, printLine, printNote, printTable } from './output.ts'
import { ask } from './read-secret.ts'
import type { CommonOptions } from './settings.ts'
import { noun, verb, withRelay } from './verb.ts'

interface SiteView {
  readonly id: string
  readonly origins: readonly string[]
  readonly loginUrl: string
  readonly adapter: string
  readonly delivery: string
}

interface AddOptions extends CommonOptions {
  readonly id?: string
  readonly adapter?: string
  readonly caFile?: string
  readonly delivery?: string
  readonly settings?: string
  readonly yes?: boolean
}

/** `site add|list|remove|check`. */
export function siteVerbs(program: Command): void {
  const site = noun(program, 'site', 'business servers the relay signs in to')
  verb(site, 'add URL', 'look at a site and enrol it')
    .option('--id <ID>', 'its short name (default: from its host)')
    .option('--adapter <NAME>', 'how it signs in (default: by what is found)')
    .option('--ca-file <FILE>', 'PEM of a private CA that vouches for it')
    .option('--delivery <MODE>', 'attach: the proxy adds the session on the way; handoff: the client gets the cookies')
    .option('--settings <FILE>', "its adapter's settings, a YAML file (docs/adapters.md)")
    .option('--yes', 'enrol without asking')
    .action(add)
  verb(site, 'list', 'list the sites').action(list)
  verb(site, 'remove ID', 'remove a site and every account at it').action(remove)
  verb(site, 'check ID', 'look at a site again').action(check)
}

async function add(url: string, options: AddOptions): Promise<void> {
  const wanted = {
    url,
    ...(options.id === undefined ? {} : { id: options.id }),
    ...(options.adapter === undefined ? {} : { adapter: options.adapter }),
    ...(options.delivery === undefined ? {} : { delivery: options.delivery }),
    ...(options.caFile === undefined ? {} : { ca: await readGiven(options.caFile) }),
    ...(options.settings === undefined ? {} : { settings: await readSettings(options.settings) }),
  }
  const site = await withRelay(options, async (relay) => {
    if (options.yes !== true) {
      checkCanAsk()
      showReport(await relay.call<ProbeReport>('POST', '/api/v1/sites/probe', wanted), printNote)
      const answer = await ask('Enrol it? [y/N] ')
      if (!/^y(es)?$/i.test(answer.trim())) return undefined
    }
    return relay.call<SiteView>('POST', '/api/v1/sites', wanted)
  })
  if (site === undefined) return printNote('Nothing was enrolled.')
  if (options.json === true) return printJson(site)
  printLine(`Enrolled ${printable(site.id)}: ${site.origins.map(printable).join(', ')} (adapter ${site.adapter}, delivery ${site.delivery}).`)
  printNote(`Next: login-relay account add ${site.id} --user NAME --username U`)
}

async function list(options: CommonOptions): Promise<void> {
  const sites = await withRelay(options, (relay) => relay.call<SiteView[]>('GET', '/api/v1/sites'))
  if (options.json === true) return printJson(sites)
  printTable(
    ['ID', 'ORIGINS', 'ADAPTER', 'DELIVERY'],
    sites.map(({ id, origins, adapter, delivery }) => [id, origins.join(' '), adapter, delivery]),
    'No sites yet: `login-relay site add URL`.',
  )
}

async function remove(id: string, options: CommonOptions): Promise<void> {
  await withRelay(options, (relay) => relay.call('DELETE', `/api/v1/sites/${encodeURIComponent(id)}`))
  if (options.json === true) printJson({ removed: id })
  else printLine(`Removed ${printable(id)} and its accounts.`)
}

async function check(id: string, options: CommonOptions): Promise<void> {
  const report = await withRelay(options, (relay) => relay.call<ProbeReport>('POST', `/api/v1/sites/${encodeURIComponent(id)}/check`))
  if (options.json === true) printJson(report)
  else showReport(report, printLine)
  if (!report.ok) process.exitCode = 1
}

/** What was found, in plain words. */
export function showReport(report: ProbeReport, print: (line: string) => void): void {
  for (const line of report.found) print(`  ${printable(line)}`)
  if (report.problem !== undefined) print(`  ${printable(report.problem.text)}\n  ${printable(report.problem.next)}`)
}

function checkCanAsk(): void {
  if (!process.stdin.isTTY) throw new RelayError('usage', { params: { problem: 'Nobody is there to confirm: add --yes.', verb: 'site add' } })
}

async function readSettings(file: string): Promise<unknown> {
  const document = parseDocument(await readGiven(file))
  const [error] = document.errors
  if (error !== undefined) {
    throw new RelayError('usage', {
      params: { problem: `The file ${file} is not YAML: line ${error.linePos?.[0].line ?? 1}.`, verb: 'site add' },
      cause: error,
    })
  }
  return document.toJS({ maxAliasCount: 20 })
}

async function readGiven(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new RelayError('usage', { params: { problem: `The file ${file} cannot be read.`, verb: 'site add' }, cause })
  }
}
