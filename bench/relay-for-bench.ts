import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { configSchema } from '../config/index.ts'
import type { Account } from '../relay/accounts/index.ts'
import { createRelay, type Relay } from '../relay/app.ts'
import { createMasterKey } from '../relay/vault/index.ts'
import { enrolMany, type Many } from './scale/enrol-many.ts'

/** A whole relay in this process, and ann, who has a device. */
export interface BenchRelay {
  readonly relay: Relay
  /** Ann's id. */
  readonly userId: string
  /** `Authorization`, or `Proxy-Authorization`, of her device. */
  readonly authorization: string
}

/** Started on a folder of its own, where every name leads to loopback; it ends with the process that started this one. `wanted` is its configuration; `others` of ann's are enrolled. */
export async function startBenchRelay(
  wanted: Parameters<typeof configSchema.parse>[0] & object,
  others: Many = { sites: 0, accountsEach: 0 },
): Promise<BenchRelay> {
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-bench-'))
  const config = configSchema.parse({ portal: { listen: '127.0.0.1:0' }, ...wanted })
  await createMasterKey(config.masterKey, folder)
  const create = () => createRelay({ config, folder, env: {}, log: pino({ level: 'error' }), lookup: async () => ['127.0.0.1'] })
  let relay = await create()
  await relay.start()
  process.on('disconnect', async () => {
    await relay.stop()
    await rm(folder, { recursive: true, force: true })
    process.exit(0)
  })
  const { id: userId } = await relay.identity.addUser({ name: 'ann', password: 'a password for a bench', role: 'admin' })
  const { device, token } = await relay.identity.addDevice(userId, 'terminal')
  if (others.sites > 0) {
    await relay.stop()
    await enrolMany(folder, config.masterKey, userId, others)
    relay = await create()
    await relay.start()
  }
  return { relay, userId, authorization: `Basic ${Buffer.from(`${device.name}:${token}`).toString('base64')}` }
}

/** Where there is a form at /login. */
export interface BenchSite {
  readonly id: string
  readonly origin: string
  /** PEM that vouches for it. */
  readonly ca: string
}

/** Enrols a site, with an account of ann's. */
async function enrolAt({ relay, userId }: BenchRelay, { id, origin, ca }: BenchSite): Promise<Account> {
  const facts = { id, origins: [origin], loginUrl: `${origin}/login`, ca, networks: ['loopback'] as const }
  await relay.accounts.addSite({ ...facts, adapter: 'form', settings: {}, delivery: 'attach' })
  return relay.accounts.addAccount({ owner: userId, siteId: id, username: 'ann', secrets: { password: 'secret' } })
}

/** The same, signed in. */
export async function signInAt(bench: BenchRelay, site: BenchSite): Promise<void> {
  const { id } = await enrolAt(bench, site)
  await bench.relay.sessions.ensure(id)
}
