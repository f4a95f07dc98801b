import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import { followSteps, showOutcome } from '../terminal/follow-steps.ts'
import { printable, printLine } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

interface RegisterOptions extends CommonOptions {
  readonly user: string
  readonly username: string
  readonly name?: string
  readonly detail?: readonly string[]
}

/** `account register`: a new account at the site, made by the relay. */
export function registerVerb(account: Command): void {
  verb(account, 'register SITE', 'make a new account at the site, with a random password that nobody sees')
    .requiredOption('--user <NAME>', 'the person who will own it')
    .requiredOption('--username <U>', 'the user name at the site')
    .option('--name <ACCOUNT>', "its name here (default: the site's id)")
    .option('--detail <FIELD=VALUE...>', 'what goes into further fields of the form: email=ann@example.com')
    .action(register)
}

async function register(site: string, options: RegisterOptions): Promise<void> {
  const { user, username, name, detail = [] } = options
  const json = options.json === true
  const details = Object.fromEntries(detail.map(readDetail))
  const wanted = { site, user, username, details, ...(name === undefined ? {} : { name }) }
  const last = await withRelay(options, (relay) => followSteps(relay, '/api/v1/accounts/register', json, undefined, wanted))
  showOutcome(last, json)
  if (last.type === 'signed-in' && !json) printLine(`Stored ${printable(last.account.name)}: ${printable(username)} at ${printable(site)}.`)
}

function readDetail(text: string): [string, string] {
  const [, field, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (field !== undefined && value !== undefined) return [field, value]
  throw new RelayError('usage', { params: { problem: '--detail takes FIELD=VALUE.', verb: 'account register' } })
}
