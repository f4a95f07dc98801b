import type { Command } from 'commander'
import type { DenyPaths } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import { printable, printJson, printLine } from '../verb/output.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { accountPath, type OwnerOption } from './account.ts'

interface DenyOptions extends OwnerOption {
  readonly owner?: boolean
  readonly off?: boolean
}

/** `account deny`: keep clients off pages of the site with this account. */
export function denyVerb(account: Command): void {
  verb(account, 'deny ACCOUNT [PATHS...]', 'keep clients off paths of the site with it: a new password, the profile')
    .option('--owner', "the owner's own devices too, not only those of others")
    .option('--off', 'off no paths of your own any more, only those of the site')
    .option('--user <NAME>', 'who owns the account')
    .action(deny)
}

async function deny(name: string, paths: readonly string[], { owner, off, ...options }: DenyOptions): Promise<void> {
  if (off === true ? paths.length > 0 || owner === true : paths.length === 0)
    throw new RelayError('usage', { params: { problem: 'It takes paths, or --off alone.', verb: 'account deny' } })
  const wanted = off === true ? {} : { paths, ...(owner === true ? { owner } : {}) }
  const set = await withRelay(options, (relay) => relay.call<Partial<DenyPaths>>('POST', accountPath(name, options, '/deny-paths'), wanted))
  if (options.json === true) return printJson(set)
  if (set.paths === undefined) return printLine(`${printable(name)}: nobody is kept off anything but what the site's declaration names.`)
  const whom = set.owner === true ? 'every device, yours too, is' : 'others who use it are'
  printLine(`${printable(name)}: ${whom} kept off ${set.paths.map(printable).join(', ')}.`)
}
