import type { Command } from 'commander'
import { moment, printable, printJson, printLine, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { positive } from './grant-terms.ts'

interface RequestView {
  readonly id: string
  readonly account: string
  readonly kind: string
  readonly requester: string
  readonly why: string
  readonly at: number
  readonly state: string
  readonly until?: number
  readonly wantedUntil: number
}

type HoursOption = CommonOptions & { readonly hours?: number }

/** `grant request|requests|approve|refuse`. */
export function requestVerbs(grant: Command): void {
  verb(grant, 'request ACCOUNT', 'ask for an account in the name of a person: ACCOUNT is OWNER/NAME')
    .requiredOption('--user <NAME>', 'who asks')
    .requiredOption('--why <WORDS>', 'what for')
    .option('--hours <N>', 'for so many hours', positive, 8)
    .action(request)
  verb(grant, 'requests', 'list what people ask for').action(list)
  verb(grant, 'approve ID', 'say yes').option('--hours <N>', 'for so many hours; default: as long as was asked for', positive).action(approve)
  verb(grant, 'refuse ID', 'say no, or take back a yes').action(refuse)
}

async function request(account: string, { user, why, hours, ...options }: HoursOption & { readonly user: string; readonly why: string }): Promise<void> {
  const made = await withRelay(options, (relay) => relay.call<RequestView>('POST', '/api/v1/requests', { account, why, hours, user }))
  if (options.json === true) return printJson(made)
  printLine(`Asked for ${printable(account)}, if there is such an account: ${made.id}`)
}

async function list(options: CommonOptions): Promise<void> {
  const requests = await withRelay(options, (relay) => relay.call<RequestView[]>('GET', '/api/v1/requests'))
  if (options.json === true) return printJson(requests)
  printTable(
    ['ID', 'WHO', 'ACCOUNT', 'KIND', 'UNTIL', 'STATE', 'WHY'],
    requests.map(({ id, requester, account, kind, wantedUntil, until = wantedUntil, state, why }) => [id, requester, account, kind, moment(until), state, why]),
    'Nobody asks for anything.',
  )
}

async function approve(id: string, { hours, ...options }: HoursOption): Promise<void> {
  const { requester, account, until } = await decide(id, 'approve', options, hours === undefined ? {} : { hours })
  if (options.json !== true) printLine(`${printable(requester)} may use ${printable(account)} until ${moment(until)}.`)
}

async function refuse(id: string, options: CommonOptions): Promise<void> {
  const { requester, account } = await decide(id, 'refuse', options, {})
  if (options.json !== true) printLine(`Refused ${printable(requester)} ${printable(account)}.`)
}

async function decide(id: string, how: 'approve' | 'refuse', options: CommonOptions, body: object): Promise<RequestView> {
  const decided = await withRelay(options, (relay) => relay.call<RequestView>('POST', `/api/v1/requests/${encodeURIComponent(id)}/${how}`, body))
  if (options.json === true) printJson(decided)
  return decided
}
