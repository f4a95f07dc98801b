import type { Command } from 'commander'
import { type CredentialOptions, readCredential, takesCredential } from '../secrets/read-credential.ts'
import { ofUser } from '../verb/of-user.ts'
import { moment, printable, printJson, printLine, printNote, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

export interface AccountView {
  readonly id: string
  readonly name: string
  readonly site: string
  readonly owner: string
  readonly username: string
  readonly state: string
  readonly keptUntil?: number
}

export interface OwnerOption extends CommonOptions {
  readonly user?: string
}

interface AddOptions extends CommonOptions, CredentialOptions {
  readonly user: string
  readonly username: string
  readonly name?: string
  readonly replace?: boolean
}

/** `account add|list|remove|unfreeze`. */
export function accountVerbs(account: Command): void {
  takesCredential(verb(account, 'add SITE', 'store the credentials of an account'))
    .requiredOption('--user <NAME>', 'the person who owns it')
    .requiredOption('--username <U>', 'the user name at the site')
    .option('--name <ACCOUNT>', "its name here (default: the site's id)")
    .option('--replace', 'give an account that is there new credentials')
    .action(add)
  verb(account, 'list', 'list the accounts').option('--user <NAME>', "only this person's").action(list)
  verb(account, 'unfreeze ACCOUNT', 'lift the freeze that `notice not-me` has put on an account').option('--user <NAME>', 'who owns it').action(unfreeze)
  verb(account, 'remove ACCOUNT', 'forget an account and its credentials').option('--user <NAME>', 'who owns it').action(remove)
}

/** The address of an account in the API. */
export function accountPath(name: string, { user }: OwnerOption, rest = ''): string {
  return `/api/v1/accounts/${encodeURIComponent(name)}${rest}${ofUser(user)}`
}

async function add(site: string, options: AddOptions): Promise<void> {
  const credential = await readCredential(options, `Password of ${options.username} at ${site}: `, 'account add')
  const account = await withRelay(options, (relay) =>
    relay.call<AccountView>('POST', '/api/v1/accounts', {
      site,
      user: options.user,
      username: options.username,
      ...credential,
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.replace === true ? { replace: true } : {}),
    }),
  )
  if (options.json === true) return printJson(account)
  printLine(`Stored ${printable(account.name)}: ${printable(account.username)} at ${printable(account.site)}.`)
  printNote(`Next: login-relay login ${account.name}`)
}

async function list(options: OwnerOption): Promise<void> {
  const accounts = await withRelay(options, (relay) => relay.call<AccountView[]>('GET', `/api/v1/accounts${ofUser(options.user)}`))
  if (options.json === true) return printJson(accounts)
  printTable(
    ['NAME', 'SITE', 'OWNER', 'USER NAME THERE', 'STATE'],
    accounts.map(({ name, site, owner, username, ...view }) => [name, site, owner, username, stateOf(view)]),
    'No accounts yet: `login-relay account add SITE --user NAME --username U`.',
  )
}

function stateOf({ state, keptUntil }: Pick<AccountView, 'state' | 'keptUntil'>): string {
  return keptUntil === undefined ? state : `${state}, kept until ${moment(keptUntil)}`
}

async function remove(name: string, options: OwnerOption): Promise<void> {
  await withRelay(options, (relay) => relay.call('DELETE', accountPath(name, options)))
  if (options.json === true) printJson({ removed: name })
  else printLine(`Removed ${printable(name)}.`)
}

async function unfreeze(name: string, options: OwnerOption): Promise<void> {
  const account = await withRelay(options, (relay) => relay.call<AccountView>('POST', accountPath(name, options, '/unfreeze'), {}))
  if (options.json === true) printJson(account)
  else printLine(`${printable(account.name)} is not frozen any more.`)
}
