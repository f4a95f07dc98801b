import type { Command } from 'commander'
import { moment, printable, printJson, printLine, printTable } from './output.ts'
import { readNewPassword, type SecretOptions, takesPassword } from './read-secret.ts'
import type { CommonOptions } from './settings.ts'
import { noun, verb, withRelay } from './verb.ts'

interface UserView {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly createdAt: number
}

/** `user add|list|reset-second-factor`. */
export function userVerbs(program: Command): void {
  const user = noun(program, 'user', 'people who sign in to the relay')
  takesPassword(verb(user, 'add NAME', 'add a person'))
    .option('--role <ROLE>', 'member; admin: who may add users and sites; auditor: who reads the whole record', 'member')
    .action(add)
  verb(user, 'list', 'list the people').action(list)
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
    ['NAME', 'ROLE', 'SINCE'],
    users.map(({ name, role, createdAt }) => [name, role, moment(createdAt)]),
    'No users yet: `login-relay user add NAME`.',
  )
}

async function reset(name: string, options: CommonOptions): Promise<void> {
  await withRelay(options, (relay) => relay.call('DELETE', `/api/v1/users/${encodeURIComponent(name)}/second-factor`))
  if (options.json === true) printJson({ user: name, secondFactor: false })
  else
    printLine(
      `${printable(name)} signs in with the password now. Authenticator app, recovery codes and passkeys are gone; set up new ones under Security, at the portal.`,
    )
}
