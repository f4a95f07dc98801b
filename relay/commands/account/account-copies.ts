import type { Command } from 'commander'
import { counted } from '../../counted.ts'
import { RelayError } from '../../errors.ts'
import { moment, printable, printJson, printLine, printTable } from '../verb/output.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { accountPath, type OwnerOption } from './account.ts'

interface CopiesOptions extends OwnerOption {
  readonly attached?: boolean
  readonly off?: boolean
  readonly list?: boolean
  readonly end?: boolean
}

interface GivenCopy {
  readonly way: 'kept' | 'claimed' | 'browser'
  readonly user?: string
  readonly name?: string
  readonly givenAt: number
  readonly lingering?: { readonly since: number; readonly tries: number; readonly nextTryAt?: number }
}

const details = `
A copy holds the real cookies. They stay good until the site ends them, wherever they are copied to: revoking the
device does not reach what somebody has taken from it; --end does, by ending the session at the site.`

/** Of a session that is ended at the relay alone. `options`: by whose account it was named. */
export function lingerWords(account: string, { user }: OwnerOption): string {
  const whose = user === undefined ? '' : ` --user ${printable(user)}`
  return `The site did not end it: copies that were given out are good there still, and \`login-relay account copies ${printable(account)} --list${whose}\` names them.`
}

/** Of sessions that were ended at once, of so many accounts of one person: which they are is his to look at, not told to who ends them. */
export function lingeringAccounts(count: number, owner: string): string {
  const whose = `--user ${printable(owner)}`
  return `Of ${counted(count, 'account')} a site did not end a session: copies that were given out are good there still. \`login-relay account list ${whose}\` names the accounts, \`login-relay account copies ACCOUNT --list ${whose}\` the copies of each.`
}

/** `account copies`: whether the owner's devices may keep copies of its session, who was given any, and their end. */
export function copiesVerb(account: Command): void {
  verb(account, 'copies ACCOUNT', 'let the devices of its owner keep a copy of its session, for when no relay can be reached')
    .option('--attached', "also while the site's delivery is attach")
    .option('--off', 'no copies any more; those that are kept are removed')
    .option('--list', 'list who was given cookies that are good at the site: devices, tools by a link, browsers')
    .option('--end', 'no copies any more, and end the session here and at the site: those that were given are worth nothing then')
    .option('--user <NAME>', 'who owns the account')
    .addHelpText('after', details)
    .action(copies)
}

async function copies(name: string, { attached, off, list, end, ...options }: CopiesOptions): Promise<void> {
  if ([attached, off, list, end].filter((one) => one === true).length > 1)
    throw new RelayError('usage', { params: { problem: '--attached, --off, --list and --end do not go together.', verb: 'account copies' } })
  if (list === true) return listCopies(name, options)
  if (end === true) return endCopies(name, options)
  const wanted = { allowed: off !== true, ...(attached === true ? { attached } : {}) }
  const set = await withRelay(options, (relay) => relay.call<{ allowed: boolean }>('POST', accountPath(name, options, '/copies'), wanted))
  if (options.json === true) printJson(set)
  else
    printLine(
      `${printable(name)}: its owner's devices ${set.allowed ? 'may keep copies of its session' : 'keep no copies of its session; those that are there go at their next look'}.`,
    )
}

async function listCopies(name: string, options: OwnerOption): Promise<void> {
  const given = await withRelay(options, (relay) => relay.call<GivenCopy[]>('GET', accountPath(name, options, '/copies')))
  if (options.json === true) return printJson(given)
  const rows = given.map(({ way, name = '-', user = '-', givenAt, lingering }) => [
    name,
    user,
    ways[way],
    moment(givenAt),
    lingering === undefined ? 'live' : lingers(lingering),
  ])
  printTable(['DEVICE', 'OF', 'HOW', 'GIVEN', 'SESSION'], rows, 'No copy of its sessions is known to be good at the site.')
}

const ways: Readonly<Record<GivenCopy['way'], string>> = { kept: 'kept', claimed: 'by a link', browser: 'browser' }

function lingers({ since, tries, nextTryAt }: NonNullable<GivenCopy['lingering']>): string {
  const next = nextTryAt === undefined ? 'not again by itself' : `next ${moment(nextTryAt)}`
  return `ended here ${moment(since)}, not at the site: told ${tries === 1 ? 'once' : `${tries} times`}, ${next}`
}

async function endCopies(name: string, options: OwnerOption): Promise<void> {
  const result = await withRelay(options, (relay) => relay.call<{ ended: boolean }>('DELETE', accountPath(name, options, '/copies')))
  if (options.json === true) printJson(result)
  else if (result.ended) printLine(`${printable(name)}: no copy of its sessions is known to be good at the site, and no device keeps others.`)
  else printLine(`${printable(name)}: its session is ended here, and no device keeps other copies. ${lingerWords(name, options)}`)
}
