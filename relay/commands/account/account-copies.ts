import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import { printable, printJson, printLine } from '../verb/output.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { accountPath, type OwnerOption } from './account.ts'

interface CopiesOptions extends OwnerOption {
  readonly attached?: boolean
  readonly off?: boolean
}

const details = `
A copy holds the real cookies. They stay good until the site ends them, wherever they are copied to: revoking the
device does not reach what somebody has taken from it.`

/** `account copies`: whether the owner's devices may keep copies of its session. */
export function copiesVerb(program: Command): void {
  const account = program.commands.find((command) => command.name() === 'account')
  if (account === undefined) throw new Error('the verbs of `account` come first')
  verb(account, 'copies ACCOUNT', 'let the devices of its owner keep a copy of its session, for when no relay can be reached')
    .option('--attached', "also while the site's delivery is attach")
    .option('--off', 'no copies any more; those that are kept are removed')
    .option('--user <NAME>', 'who owns the account')
    .addHelpText('after', details)
    .action(copies)
}

async function copies(name: string, { attached, off, ...options }: CopiesOptions): Promise<void> {
  if (off === true && attached === true)
    throw new RelayError('usage', { params: { problem: '--off and --attached do not go together.', verb: 'account copies' } })
  const wanted = { allowed: off !== true, ...(attached === true ? { attached } : {}) }
  const set = await withRelay(options, (relay) => relay.call<{ allowed: boolean }>('POST', accountPath(name, options, '/copies'), wanted))
  if (options.json === true) printJson(set)
  else
    printLine(
      `${printable(name)}: its owner's devices ${set.allowed ? 'may keep copies of its session' : 'keep no copies of its session; those that are there go at their next look'}.`,
    )
}
