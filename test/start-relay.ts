import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Test } from 'tap'
import { type Config, configSchema } from '../config/index.ts'
import type { Account, Site } from '../relay/accounts/index.ts'
import { createRelay, type Relay, type RelayOptions } from '../relay/app.ts'
import type { User } from '../relay/identity/index.ts'
import { createMasterKey } from '../relay/vault/index.ts'

export interface StartOptions {
  /** Parts of the configuration that differ from the defaults. */
  readonly config?: Record<string, unknown>
  /** Hosts and the address they stand for; others go to the system's resolver. */
  readonly hosts?: Readonly<Record<string, string>>
  /** A data directory of the test's own: empty, or to use again. */
  readonly folder?: string
  readonly now?: () => number
}

export interface StartedRelay extends Relay {
  readonly folder: string
  /** Everything it logged. */
  readonly logged: () => string
  readonly portalUrl: string
  readonly proxyAddress: { readonly host: string; readonly port: number }
}

/** A whole relay on free ports and a temporary data directory, stopped and removed when the test ends. */
export async function startRelay(t: Test, { config = {}, hosts = {}, folder, now }: StartOptions = {}): Promise<StartedRelay> {
  const data = folder ?? (await mkdtemp(join(tmpdir(), 'login-relay-test-')))
  const lines: string[] = []
  const settings: Config = configSchema.parse({
    ...config,
    // A site that is down is told so at once, not after the pauses of a real relay.
    login: { retryMilliseconds: 1, ...(config.login as object) },
    portal: { listen: '127.0.0.1:0', ...(config.portal as object) },
    proxy: { listen: '127.0.0.1:0', ...(config.proxy as object) },
  })
  if ((await readdir(data).catch(() => undefined))?.length === 0) await createMasterKey(settings.masterKey, data)
  const lookup: RelayOptions['lookup'] = async (host) => {
    const address = hosts[host]
    if (address === undefined) throw Object.assign(new Error(`ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
    return [address]
  }
  const relay = await createRelay({
    config: settings,
    folder: data,
    env: {},
    log: pino({ level: 'debug', base: null }, { write: (line: string) => void lines.push(line) }),
    ...(Object.keys(hosts).length === 0 ? {} : { lookup }),
    ...(now === undefined ? {} : { now }),
  })
  let stopped = false
  const stop = async (patience?: number) => {
    if (stopped) return
    stopped = true
    await relay.stop(patience)
  }
  t.teardown(async () => {
    await stop()
    if (folder === undefined) await rm(data, { recursive: true, force: true })
  })
  await relay.start()
  const [host = '', port = ''] = relay.proxy.address.split(':')
  return { ...relay, stop, folder: data, logged: () => lines.join(''), portalUrl: relay.portal.url(), proxyAddress: { host, port: Number(port) } }
}

export interface Enrolled {
  readonly user: User
  readonly portalPassword: string
  readonly device: { readonly name: string; readonly token: string }
  readonly site: Site
  readonly account: Account
}

/** A person with a device and an account at a site, as the commands would enrol them. */
export async function enrol(
  relay: Relay,
  options: {
    url: string
    username: string
    password: string
    ca?: string
    id?: string
    name?: string
    delivery?: Site['delivery']
    settings?: Record<string, unknown>
    adapter?: string
  },
): Promise<Enrolled> {
  const name = options.name ?? 'ann'
  const portalPassword = randomBytes(12).toString('hex')
  const user = (await relay.identity.findUser(name)) ?? (await relay.identity.addUser({ name, password: portalPassword, role: 'admin' }))
  const device = await relay.identity.addDevice(user.id, `device-${randomBytes(4).toString('hex')}`)
  const ca = options.ca === undefined ? {} : { ca: options.ca }
  const report = await relay.login.probe(new URL(options.url), { ...ca, ...(options.adapter === undefined ? {} : { adapter: options.adapter }) })
  const id = options.id ?? 'erp'
  const site =
    relay.accounts.site(id) ??
    (await relay.accounts.addSite({
      id,
      origins: [...new Set([new URL(options.url).origin, ...report.origins])],
      loginUrl: report.loginUrl,
      adapter: report.adapter,
      settings: { ...report.settings, ...options.settings },
      networks: report.networks,
      delivery: options.delivery ?? 'attach',
      ...ca,
    }))
  const account = await relay.accounts.addAccount({ owner: user.id, siteId: site.id, username: options.username, secrets: { password: options.password } })
  return { user, portalPassword, device: { name: device.device.name, token: device.token }, site, account }
}
