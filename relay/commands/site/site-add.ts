import { parseDocument } from 'yaml'
import { RelayError } from '../../errors.ts'
import type { ProbeReport } from '../../login/index.ts'
import type { Learned } from '../../portal/index.ts'
import type { AccountView } from '../account/account.ts'
import { ask, readPassword, type SecretOptions } from '../secrets/read-secret.ts'
import { signInHere } from '../session/login.ts'
import { asProblem, type RelayClient } from '../verb/client.ts'
import { printable, printJson, printLine, printNote } from '../verb/output.ts'
import { readNamedFile } from '../verb/read-named-file.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { withRelay } from '../verb/verb.ts'
import { showLearned } from './site-learn.ts'
import { type SiteView, showFound } from './site-view.ts'

export interface AddOptions extends CommonOptions, SecretOptions {
  readonly id?: string
  readonly adapter?: string
  readonly caFile?: string
  readonly delivery?: string
  readonly settings?: string
  readonly yes?: boolean
  readonly user?: string
  readonly username?: string
  readonly tryWrong?: boolean
}

/** `site add URL`: looks, shows, asks, enrols; with a user name also stores the account, signs in, and learns the signs. */
export async function addSite(url: string, options: AddOptions): Promise<void> {
  checkAccountOptions(options)
  const wanted = await wantedSite(url, options)
  const password = options.username === undefined ? undefined : await readPassword(options, `Password of ${options.username} at ${url}: `, 'site add')
  const json = options.json === true
  await withRelay(options, async (relay) => {
    const agreed = await confirm(relay, wanted, options.yes === true)
    if (agreed === undefined) return printNote('Nothing was enrolled.')
    const site = await relay.call<SiteView>('POST', '/api/v1/sites', { ...wanted, ...agreed })
    const { file } = await relay.call<{ file: string }>('GET', `/api/v1/declarations/${site.id}`)
    if (!json) showEnrolled(site, file)
    if (password === undefined) {
      if (json) return printJson({ ...site, file })
      return printNote(`Next: login-relay account add ${site.id} --user NAME --username U`)
    }
    await addAccount(relay, site, password, options)
  })
}

async function addAccount(relay: RelayClient, site: SiteView, password: string, options: AddOptions): Promise<void> {
  const json = options.json === true
  const { user, username } = options
  const account = await relay.call<AccountView>('POST', '/api/v1/accounts', { site: site.id, user, username, password })
  if (!json) printLine(`Stored ${printable(account.name)}: ${printable(account.username)}. Signing in ...`)
  const owned = { ...options, ...(user === undefined ? {} : { user }) }
  if (!(await signInHere(relay, account.name, owned))) {
    if (!json) printNote(`What was seen: login-relay explain ${account.name}`)
    return
  }
  const learned = await relay.call<Learned>('POST', `/api/v1/sites/${site.id}/learn`, { account: account.name, user, tryWrong: options.tryWrong === true })
  if (json) printJson({ site, account, learned })
  else showLearned(site.id, learned, options.tryWrong === true)
}

/** What was found and where secrets will go, shown; then the person's word, unless it was given before. undefined: no. */
async function confirm(relay: RelayClient, wanted: { readonly url: string }, isAgreed: boolean): Promise<{ origins: readonly string[] } | undefined> {
  if (!isAgreed && !process.stdin.isTTY) throw new RelayError('usage', { params: { problem: 'Nobody is there to confirm: add --yes.', verb: 'site add' } })
  const report = await relay.call<ProbeReport>('POST', '/api/v1/sites/probe', wanted)
  showFound(report, printNote)
  // No second look: what that found, nobody would have been shown.
  if (!report.ok) throw asProblem(report.problem)
  const origins = [...new Set([new URL(wanted.url).origin, ...report.origins])]
  printNote(`  secrets will go to ${origins.map(printable).join(', ')} and nowhere else`)
  if (isAgreed) return { origins }
  const answer = await ask('Enrol it? [y/N] ')
  return /^y(es)?$/i.test(answer.trim()) ? { origins } : undefined
}

function showEnrolled(site: SiteView, file: string): void {
  printLine(`Enrolled ${printable(site.id)}: ${site.origins.map(printable).join(', ')} (adapter ${site.adapter}, delivery ${site.delivery}).`)
  printLine(`Its declaration is ${printable(file)}: edit it as you like, then run \`login-relay site reload\`.`)
}

function checkAccountOptions({ username, user, tryWrong, passwordStdin, passwordFile }: AddOptions): void {
  const problem =
    username === undefined && (tryWrong === true || passwordStdin === true || passwordFile !== undefined || user !== undefined)
      ? 'An account takes --username, and whose it is: --user.'
      : username !== undefined && user === undefined
        ? 'Say whose account it is: --user NAME.'
        : undefined
  if (problem !== undefined) throw new RelayError('usage', { params: { problem, verb: 'site add' } })
}

async function wantedSite(url: string, options: AddOptions) {
  return {
    url,
    ...(options.id === undefined ? {} : { id: options.id }),
    ...(options.adapter === undefined ? {} : { adapter: options.adapter }),
    ...(options.delivery === undefined ? {} : { delivery: options.delivery }),
    ...(options.caFile === undefined ? {} : { ca: await readNamedFile(options.caFile, 'site add') }),
    ...(options.settings === undefined ? {} : { settings: await readSettings(options.settings) }),
  }
}

async function readSettings(file: string): Promise<unknown> {
  const document = parseDocument(await readNamedFile(file, 'site add'))
  const [error] = document.errors
  if (error !== undefined) {
    throw new RelayError('usage', {
      params: { problem: `The file ${file} is not YAML: line ${error.linePos?.[0].line ?? 1}.`, verb: 'site add' },
      cause: error,
    })
  }
  return document.toJS({ maxAliasCount: 20 })
}
