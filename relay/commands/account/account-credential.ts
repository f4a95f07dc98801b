import type { Command } from 'commander'
import type { CredentialVersion } from '../../accounts/index.ts'
import { counted } from '../../counted.ts'
import { RelayError } from '../../errors.ts'
import type { SessionEvent } from '../../sessions/index.ts'
import { followSteps, showOutcome } from '../terminal/follow-steps.ts'
import { moment, printable, printJson, printLine, printTable } from '../verb/output.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { accountPath, type OwnerOption } from './account.ts'

interface RevertOptions extends OwnerOption {
  readonly version?: string
}

interface RotateOptions extends OwnerOption {
  readonly every?: string
  readonly afterUse?: boolean
  readonly never?: boolean
}

/** `account rotate|versions|revert|confirm`: the life of an account's password. */
export function credentialVerbs(account: Command): void {
  verb(account, 'rotate ACCOUNT', 'set a new random password at the site, now or by a policy')
    .option('--user <NAME>', 'who owns the account')
    .option('--every <DAYS>', 'not now: whenever the password is as many days old')
    .option('--after-use', 'not now: after each session, when it has ended')
    .option('--never', 'not now, and no longer by itself')
    .action(rotate)
  verb(account, 'versions ACCOUNT', 'list the versions of its password; never their values').option('--user <NAME>', 'who owns the account').action(versions)
  verb(account, 'revert ACCOUNT', 'go back to a previous password; at the site nothing changes')
    .option('--user <NAME>', 'who owns the account')
    .option('--version <NUMBER>', 'which one (default: the latest that worked)')
    .action(revert)
  verb(account, 'confirm ACCOUNT', 'say that the password which the site refused is right: the next sign-in tries it once')
    .option('--user <NAME>', 'who owns the account')
    .action(confirm)
}

async function rotate(name: string, options: RotateOptions): Promise<void> {
  if (options.every !== undefined || options.afterUse === true || options.never === true) return setPolicy(name, options)
  const json = options.json === true
  let told: (SessionEvent & { type: 'password' }) | undefined
  const last = await withRelay(options, (relay) =>
    followSteps(relay, accountPath(name, options, '/rotate'), json, (event) => {
      if (event.type === 'password') told = event
    }),
  )
  if (told === undefined) return showOutcome(last, json)
  if (told.result !== 'taken') process.exitCode = 1
  if (json) return printJson({ outcome: told.result === 'taken' ? 'rotated' : told.result, account: name, version: told.version, seen: told.seen })
  if (told.result === 'taken') printLine(`${printable(name)} has a new password (version ${told.version}): ${told.seen.map(printable).join('; ')}.`)
  else printLine(`The password of ${printable(name)} is as it was. Seen: ${told.seen.map(printable).join('; ')}`)
}

async function setPolicy(name: string, { never, every, afterUse, ...options }: RotateOptions): Promise<void> {
  if (never === true && (every !== undefined || afterUse === true)) throw wrongUsage('--never goes with no other policy')
  const policy = { ...(every === undefined ? {} : { everyDays: whole(every, '--every') }), ...(afterUse === true ? { afterUse } : {}) }
  const set = await withRelay(options, (relay) =>
    relay.call<{ everyDays?: number; afterUse?: boolean }>('POST', accountPath(name, options, '/rotation'), policy),
  )
  if (options.json === true) return printJson(set)
  const when = [...(set.everyDays === undefined ? [] : [`every ${counted(set.everyDays, 'day')}`]), ...(set.afterUse === true ? ['after each session'] : [])]
  printLine(when.length === 0 ? `${printable(name)} keeps its password until you change it.` : `${printable(name)} gets a new password ${when.join(' and ')}.`)
}

async function versions(name: string, options: OwnerOption): Promise<void> {
  const found = await withRelay(options, (relay) => relay.call<CredentialVersion[]>('GET', accountPath(name, options, '/versions')))
  show(found, options)
}

async function revert(name: string, { version, ...options }: RevertOptions): Promise<void> {
  const body = version === undefined ? {} : { version: whole(version, '--version') }
  show(await withRelay(options, (relay) => relay.call<CredentialVersion[]>('POST', accountPath(name, options, '/revert'), body)), options)
}

async function confirm(name: string, options: OwnerOption): Promise<void> {
  const found = await withRelay(options, (relay) => relay.call<CredentialVersion[]>('POST', accountPath(name, options, '/confirm'), {}))
  if (options.json === true) return printJson(found)
  printLine(`${printable(name)} is no longer left alone: \`login-relay login ${printable(name)}\` tries its password, once.`)
}

function show(found: readonly CredentialVersion[], { json }: OwnerOption): void {
  if (json === true) {
    printJson(found)
    return
  }
  printTable(
    ['VERSION', 'STATE', 'CAME BY', 'STORED', 'ENDED', 'USER NAME THERE'],
    found.map(({ version, state, cause, storedAt, endedAt, username }) => [
      String(version),
      state,
      cause,
      moment(storedAt),
      endedAt === undefined ? '' : moment(endedAt),
      username,
    ]),
    '',
  )
}

/** `usage` unless it is a whole number from 1 on. */
export function whole(text: string, option: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw wrongUsage(`${option} takes a number`)
  return Number(text)
}

function wrongUsage(problem: string): RelayError {
  return new RelayError('usage', { params: { problem, verb: 'account' } })
}
