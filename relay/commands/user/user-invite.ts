import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import type { RelayClient } from '../verb/client.ts'
import { moment, printable, printJson, printLine, printNote, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { takesRole } from './user.ts'

interface InviteView {
  readonly id: string
  readonly kind: 'person' | 'reset'
  readonly name: string
  readonly role: string
  readonly expiresAt: number
  readonly by?: string
}

/** `user invite|invites|reset-password`: a link by which somebody becomes a person of the relay, or chooses another way to sign in. */
export function inviteVerbs(user: Command): void {
  verb(user, 'invite NAME', 'print a link by which this person comes in, with a passkey or a password; good once, for 72 hours')
    .addOption(takesRole())
    .action(invite)
  verb(user, 'reset-password NAME', 'print a link by which this person chooses another password or passkey; good once, for 24 hours').action(resetPassword)
  verb(user, 'invites', 'list the invitations, and links of `reset-password`, that nobody has used')
    .option('--withdraw <NAME>', 'withdraw what waits under this name: the link is worth nothing any more')
    .action(list)
}

async function invite(name: string, { role, ...options }: CommonOptions & { readonly role: string }): Promise<void> {
  const made = await withRelay(options, (relay) => relay.call<InviteView & { readonly link: string }>('POST', '/api/v1/invites', { name, role }))
  if (options.json === true) return printJson(made)
  printLine(made.link)
  printNote(`Give it to ${printable(made.name)}: it is good once, until ${moment(made.expiresAt)}.`)
}

async function resetPassword(name: string, options: CommonOptions): Promise<void> {
  const path = `/api/v1/users/${encodeURIComponent(name)}/password-link`
  const made = await withRelay(options, (relay) => relay.call<Pick<InviteView, 'name' | 'expiresAt'> & { readonly link: string }>('POST', path, {}))
  if (options.json === true) return printJson(made)
  printLine(made.link)
  printNote(`Give it to ${printable(made.name)}, and to nobody else: it is good once, until ${moment(made.expiresAt)}. A second factor is asked for as ever.`)
}

async function list({ withdraw, ...options }: CommonOptions & { readonly withdraw?: string }): Promise<void> {
  const invites = await withRelay(options, async (relay) => {
    if (withdraw !== undefined) await withdrawAll(relay, withdraw)
    return relay.call<InviteView[]>('GET', '/api/v1/invites')
  })
  if (options.json === true) return printJson(invites)
  if (withdraw !== undefined) return printLine(`Withdrew the link of ${printable(withdraw)}.`)
  printTable(
    ['NAME', 'ROLE', 'FOR', 'UNTIL', 'BY'],
    invites.map(({ name, role, kind, expiresAt, by }) => [
      name,
      role,
      kind === 'reset' ? 'another way to sign in' : 'coming in',
      moment(expiresAt),
      by ?? 'the command line',
    ]),
    'No invitation waits to be taken, and no link for another way to sign in.',
  )
}

async function withdrawAll(relay: RelayClient, name: string): Promise<void> {
  const waiting = await relay.call<InviteView[]>('GET', `/api/v1/invites?name=${encodeURIComponent(name)}`)
  if (waiting.length === 0) throw new RelayError('not_found', { params: { what: `invitation or link of ${name}` } })
  for (const { id } of waiting) await relay.call('DELETE', `/api/v1/invites/${id}`)
}
