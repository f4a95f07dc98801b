import type { Command } from 'commander'
import type { KeepAlivePolicy } from '../../accounts/index.ts'
import { counted } from '../../counted.ts'
import { RelayError } from '../../errors.ts'
import { printable, printJson, printLine } from '../verb/output.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { accountPath, type OwnerOption } from './account.ts'
import { whole } from './account-credential.ts'

interface KeepOptions extends OwnerOption {
  readonly every?: string
  readonly for?: string
  readonly page?: string
  readonly off?: boolean
  readonly asSite?: boolean
}

/** `account keep`: hold an account's session open while nobody uses it. */
export function keepVerb(account: Command): void {
  verb(account, 'keep ACCOUNT', 'hold its session at the site open while nobody uses it')
    .option('--every <MINUTES>', 'ask the site for a page so long after the last request')
    .option('--for <HOURS>', 'let it end so long after it was used last')
    .option('--page <PATH>', 'a page that changes nothing (default: the landing page)')
    .option('--off', 'let it end when the site ends it')
    .option('--as-site', "as the site's declaration says, with no limit of your own")
    .option('--user <NAME>', 'who owns the account')
    .action(keep)
}

async function keep(name: string, { every, for: hours, page, off, asSite, ...options }: KeepOptions): Promise<void> {
  const isWhole = every !== undefined && hours !== undefined
  const isAlone = every === undefined && hours === undefined && page === undefined && (off === true) !== (asSite === true)
  if (off === true || asSite === true ? !isAlone : !isWhole)
    throw new RelayError('usage', { params: { problem: 'It takes --every and --for, or --off or --as-site alone.', verb: 'account keep' } })
  const policy = isWhole
    ? { everyMinutes: whole(every, '--every'), hours: whole(hours, '--for'), ...(page === undefined ? {} : { page }) }
    : asSite === true
      ? { asSite }
      : {}
  const set = await withRelay(options, (relay) => relay.call<Partial<KeepAlivePolicy>>('POST', accountPath(name, options, '/keep-alive'), policy))
  if (options.json === true) return printJson(set)
  if (set.hours === undefined) printLine(`${printable(name)}: its session is left to the site.`)
  else printLine(`${printable(name)}: asked for every ${counted(set.everyMinutes ?? 0, 'minute')}, until ${counted(set.hours, 'hour')} after it was used last.`)
}
