import type { Command } from 'commander'
import { printable, printJson, printLine, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

interface GroupView {
  readonly id: string
  readonly name: string
  readonly members: readonly string[]
}

/** `group add|list|rename|join|leave|remove`. */
export function groupVerbs(group: Command): void {
  verb(group, 'add NAME', 'make a group').action(add)
  verb(group, 'list', 'list the groups').action(list)
  verb(group, 'rename NAME NEW', 'give a group another name: what was lent to it goes on').action(rename)
  verb(group, 'join NAME USER', 'put somebody into a group').action((name: string, user: string, options: CommonOptions) => change(name, user, options, ''))
  verb(group, 'leave NAME USER', 'take somebody out of a group: what they do with what was lent to it ends at once').action(
    (name: string, user: string, options: CommonOptions) => change(name, user, options, '/remove'),
  )
  verb(group, 'remove NAME', 'remove a group: what was lent to it is lent to nobody').action(remove)
}

async function add(name: string, options: CommonOptions): Promise<void> {
  const group = await withRelay(options, (relay) => relay.call<GroupView>('POST', '/api/v1/groups', { name }))
  if (options.json === true) printJson(group)
  else printLine(`Made the group ${printable(group.name)}. Put people into it: login-relay group join ${printable(group.name)} USER`)
}

async function list(options: CommonOptions): Promise<void> {
  const groups = await withRelay(options, (relay) => relay.call<GroupView[]>('GET', '/api/v1/groups'))
  if (options.json === true) return printJson(groups)
  printTable(
    ['NAME', 'MEMBERS'],
    groups.map(({ name, members }) => [name, members.join(', ')]),
    'No groups yet: `login-relay group add NAME`.',
  )
}

async function rename(name: string, wanted: string, options: CommonOptions): Promise<void> {
  const group = await withRelay(options, (relay) => relay.call<GroupView>('POST', `/api/v1/groups/${encodeURIComponent(name)}/name`, { name: wanted }))
  if (options.json === true) printJson(group)
  else printLine(`The group ${printable(name)} is ${printable(group.name)} now.`)
}

async function change(name: string, user: string, options: CommonOptions, what: '' | '/remove'): Promise<void> {
  const group = await withRelay(options, (relay) => relay.call<GroupView>('POST', `/api/v1/groups/${encodeURIComponent(name)}/members${what}`, { user }))
  if (options.json === true) printJson(group)
  else printLine(`${printable(group.name)}: ${group.members.length === 0 ? 'nobody' : group.members.map(printable).join(', ')}.`)
}

async function remove(name: string, options: CommonOptions): Promise<void> {
  await withRelay(options, (relay) => relay.call('DELETE', `/api/v1/groups/${encodeURIComponent(name)}`))
  if (options.json === true) printJson({ removed: name })
  else printLine(`Removed the group ${printable(name)}.`)
}
