import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { configSchema } from '../../../config/index.ts'
import { RelayError } from '../../errors.ts'
import { readPassword, type SecretOptions } from '../secrets/read-secret.ts'
import { signInHere } from '../session/login.ts'
import { connect, type RelayClient } from '../verb/client.ts'
import { printable, printLine, printNote } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { fixturePassword, fixtureUsername, readFixture } from './fixture.ts'
import { readSiteSettings } from './read-site-settings.ts'
import { type RecordedSite, startRecordedSite } from './recorded-site.ts'

interface TestOptions extends CommonOptions, SecretOptions {
  readonly fixture?: string
  readonly url?: string
  readonly username?: string
  readonly settings?: string
}

interface Visit {
  readonly url: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly username: string
  readonly password: string
}

/** `adapter test FILE`: the relay's own login room, with that adapter and nothing else, at a recorded or a live site. */
export async function testAdapter(file: string, options: TestOptions): Promise<void> {
  const recorded = options.url === undefined ? await startRecorded(file, options) : undefined
  try {
    const visit = recorded === undefined ? await liveVisit(options) : await recordedVisit(recorded.site, recorded.settings, options)
    await withTemporaryRelay(resolve(file), (relay) => signIn(relay, basename(file), visit, options.json === true))
    for (const request of recorded?.site.unknown ?? []) printNote(`Nothing was recorded for ${printable(request)}`)
  } finally {
    await recorded?.site.stop()
  }
}

async function startRecorded(file: string, { fixture }: TestOptions): Promise<{ site: RecordedSite; settings: Visit['settings'] }> {
  const beside = join(dirname(file), basename(file).replace(/\.(?:steps\.ya?ml|[cm]?[jt]s)$/, '.fixture.json'))
  const read = await readFixture(fixture ?? beside)
  return { site: await startRecordedSite(read), settings: read.settings }
}

async function recordedVisit({ url }: RecordedSite, settings: Visit['settings'], options: TestOptions): Promise<Visit> {
  const own = options.settings === undefined ? settings : await readSiteSettings(options.settings)
  return { url, settings: own, username: fixtureUsername, password: fixturePassword }
}

async function liveVisit({ url = '', username, settings, ...secret }: TestOptions): Promise<Visit> {
  if (!URL.canParse(url)) throw new RelayError('usage', { params: { problem: `${url} is no address.`, verb: 'adapter test' } })
  if (username === undefined) throw new RelayError('usage', { params: { problem: 'Say who signs in there: --username U.', verb: 'adapter test' } })
  const password = await readPassword(secret, `Password of ${username} at ${url}: `, 'adapter test')
  return { url, username, password, settings: settings === undefined ? {} : await readSiteSettings(settings) }
}

/** A relay for this one test, with a data directory of its own that is removed. */
async function withTemporaryRelay(file: string, use: (relay: RelayClient) => Promise<void>): Promise<void> {
  if (!existsSync(file)) throw new RelayError('usage', { params: { problem: `There is no file ${file}.`, verb: 'adapter test' } })
  const { createMasterKey } = await import('../../vault/index.ts')
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-adapter-'))
  try {
    const config = configSchema.parse({ adapters: { folder: file } })
    await createMasterKey(config.masterKey, folder)
    const relay = await connect({ config, folder, file: undefined })
    try {
      await use(relay)
    } finally {
      await relay.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What `site add`, `account add` and `login` do. */
async function signIn(relay: RelayClient, file: string, { url, settings, username, password }: Visit, json: boolean): Promise<void> {
  const adapters = await relay.call<{ name: string; from: string }[]>('GET', '/api/v1/adapters')
  const adapter = adapters.find(({ from }) => from === file)?.name
  const user = 'tester'
  await relay.call('POST', '/api/v1/users', { name: user, password: randomBytes(18).toString('base64url') })
  await relay.call('POST', '/api/v1/sites', { id: 'site', url, adapter, settings })
  await relay.call('POST', '/api/v1/accounts', { site: 'site', user, username, password, name: 'account' })
  const isSignedIn = await signInHere(relay, 'account', { json, user, isTrial: true })
  if (isSignedIn && !json) printLine(`Signed in with ${adapter}.`)
}
