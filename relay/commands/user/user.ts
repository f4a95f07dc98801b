import { type Command, Option } from 'commander'
import { lingeringAccounts } from '../account/account-copies.ts'
import { readNewPassword, type SecretOptions, takesPassword } from '../secrets/read-secret.ts'
import { moment, printable, printJson, printLine, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

interface UserView {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly createdAt: number
  readonly disabledAt?: number
}

interface EndedUser {
  readonly siteSessions: number
  readonly stillAtSites: number
  readonly portalSessions: number
  readonly devicesCut: number
}

/** What a person may do at the relay. */
export function takesRole(): Option {
  const words = 'what he may do here: an admin adds users and sites, an auditor reads the whole record'
  return new Option('--role <ROLE>', words).choices(['member', 'auditor', 'admin']).default('member')
}

/** `user add|list|end|disable|enable|reset-second-factor`. */
export function userVerbs(user: Command): void {
  takesPassword(verb(user, 'add NAME', 'add a person'))
    .addOption(takesRole())
    .action(add)
  verb(user, 'list', 'list the people').action(list)
  verb(user, 'end NAME', 'end everything that is signed in for a person here, and tell the sites; devices stay enrolled').action(end)
  verb(user, 'disable NAME', 'let a person in nowhere any more, and end everything they have under way').action(disable)
  verb(user, 'enable NAME', 'let a disabled person in again').action(enable)
  verb(user, 'reset-second-factor NAME', 'for who has lost the phone: takes away authenticator app, recovery codes and passkeys').action(reset)
}

async function add(name: string, options: CommonOptions & SecretOptions & { role: string }): Promise<void> {
  const password = await readNewPassword(options, `Password for ${name} at this relay: `, 'user add')
  const user = await withRelay(options, (relay) => relay.call<UserView>('POST', '/api/v1/users', { name, password, role: options.role }))
  if (options.json === true) printJson(user)
  else printLine(`Added ${printable(user.name)} (${user.role}).`)
}

async function list(options: CommonOptions): Promise<void> {
  const users = await withRelay(options, (relay) => relay.call<UserView[]>('GET', '/api/v1/users'))
  if (options.json === true) return printJson(users)
  printTable(
    ['NAME', 'ROLE', 'SINCE', ''],
    users.map(({ name, role, createdAt, disabledAt }) => [name, role, moment(createdAt), disabledAt === undefined ? '' : `disabled ${moment(disabledAt)}`]),
    'No users yet: `login-relay user add NAME`.',
  )
}

async function end(name: string, options: CommonOptions): Promise<void> {
  const ended = await withRelay(options, (relay) => relay.call<EndedUser>('POST', `/api/v1/users/${encodeURIComponent(name)}/end`, {}))
  if (options.json === true) printJson(ended)
  else printEnded(name, ended)
}

async function disable(name: string, options: CommonOptions): Promise<void> {
  const ended = await withRelay(options, (relay) => relay.call<EndedUser>('POST', `/api/v1/users/${encodeURIComponent(name)}/disable`, {}))
  if (options.json === true) return printJson(ended)
  printLine(`${printable(name)} gets in nowhere any more.`)
  printEnded(name, ended)
}

async function enable(name: string, options: CommonOptions): Promise<void> {
  await withRelay(options, (relay) => relay.call('POST', `/api/v1/users/${encodeURIComponent(name)}/enable`, {}))
  if (options.json === true) printJson({ user: name, disabled: false })
  else printLine(`${printable(name)} may sign in again.`)
}

function printEnded(name: string, { siteSessions, stillAtSites, portalSessions, devicesCut }: EndedUser): void {
  printLine(
    `Ended for ${printable(name)}: ${siteSessions} whose sites were told, ${portalSessions} at the portal; devices cut off, which stay enrolled: ${devicesCut}.`,
  )
  if (stillAtSites > 0) printLine(lingeringAccounts(stillAtSites, name))
}

async function reset(name: string, options: CommonOptions): Promise<void> {
  await withRelay(options, (relay) => relay.call('DELETE', `/api/v1/users/${encodeURIComponent(name)}/second-factor`))
  if (options.json === true) printJson({ user: name, secondFactor: false })
  else
    printLine(
      `Authenticator app, recovery codes and passkeys of ${printable(name)} are gone. The password is all it takes now; who has none, or has forgotten it, gets in by \`login-relay user reset-password ${printable(name)}\`.`,
    )
}
