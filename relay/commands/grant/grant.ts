import type { Command } from 'commander'
import { RelayError } from '../../errors.ts'
import { ofUser } from '../verb/of-user.ts'
import { moment, printable, printJson, printLine, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'
import { requestVerbs } from './grant-request.ts'
import { grantTerms, type TermOptions, takesTerms } from './grant-terms.ts'

interface GrantView {
  readonly id: string
  readonly account: string
  readonly to: string
  readonly terms: readonly string[]
  readonly until?: number
  readonly revokedAt?: number
  readonly unwritten?: true
  readonly file?: string
}

const didWords = { lent: 'lent', kept: 'as it was', ended: 'gone, and lent no more', refused: 'refused' } as const

interface AddOptions extends CommonOptions, TermOptions {
  readonly user?: string
  readonly toUser?: string
  readonly toGroup?: string
  readonly toDevice?: string
}

/** `grant add|list|revoke`, and what people ask for. */
export function grantVerbs(grant: Command): void {
  takesTerms(verb(grant, 'add ACCOUNT', 'lend an account, for use without its secrets'))
    .option('--user <NAME>', 'who owns the account')
    .option('--to-user <NAME>', 'to a person')
    .option('--to-group <NAME>', 'to a group')
    .option('--to-device <USER/DEVICE>', 'to one device')
    .action(add)
  verb(grant, 'list', 'list what is lent').option('--user <NAME>', "only this person's accounts").action(list)
  verb(grant, 'revoke ID', 'take back what was lent: what is under way by it ends at once').action(revoke)
  verb(grant, 'reload', 'take over what the files of policies say: DATA/grants/*.yaml').action(reload)
  requestVerbs(grant)
}

async function add(account: string, options: AddOptions): Promise<void> {
  const { user, toUser, toGroup, toDevice } = options
  const to = { user: toUser, group: toGroup, device: toDevice }
  if (Object.values(to).filter((one) => one !== undefined).length !== 1)
    throw new RelayError('usage', { params: { problem: 'Say to whom: one of --to-user, --to-group and --to-device.', verb: 'grant add' } })
  const grant = await withRelay(options, (relay) => relay.call<GrantView>('POST', '/api/v1/grants', { account, user, to, ...grantTerms(options) }))
  if (options.json === true) return printJson(grant)
  printLine(
    `${printable(grant.account)} is lent to ${printable(grant.to)}${grant.until === undefined ? '' : ` until ${moment(grant.until)}`}. Take it back: login-relay grant revoke ${grant.id}`,
  )
}

async function list(options: CommonOptions & { readonly user?: string }): Promise<void> {
  const grants = await withRelay(options, (relay) => relay.call<GrantView[]>('GET', `/api/v1/grants${ofUser(options.user)}`))
  if (options.json === true) return printJson(grants)
  printTable(
    ['ID', 'ACCOUNT', 'TO', 'TERMS', 'STANDS'],
    grants.map((grant) => [grant.id, grant.account, grant.to, grant.terms.join('; ') || '-', standing(grant)]),
    'Nothing is lent: `login-relay grant add ACCOUNT --user OWNER --to-user NAME`.',
  )
}

async function revoke(id: string, options: CommonOptions): Promise<void> {
  await withRelay(options, (relay) => relay.call('DELETE', `/api/v1/grants/${encodeURIComponent(id)}`))
  if (options.json === true) printJson({ revoked: id })
  else printLine('Taken back. What was under way by it has ended.')
}

async function reload(options: CommonOptions): Promise<void> {
  const results = await withRelay(options, (relay) =>
    relay.call<{ file: string; did: keyof typeof didWords; problem?: string }[]>('POST', '/api/v1/grants/reload', {}),
  )
  if (results.some(({ did }) => did === 'refused')) process.exitCode = 1
  if (options.json === true) return printJson(results)
  for (const { file, did, problem } of results) printLine(`${printable(file)}: ${problem === undefined ? didWords[did] : printable(problem)}`)
  if (results.length === 0) printLine('There are no files of policies.')
}

function standing({ revokedAt, unwritten, until }: GrantView): string {
  if (unwritten === true) return 'taken back, not written down: revoke it once more'
  if (revokedAt !== undefined) return `taken back ${moment(revokedAt)}`
  return until !== undefined && until <= Date.now() ? 'over' : 'lent'
}
