import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { configSchema } from '../../config/index.ts'
import { createRelay } from '../../relay/app.ts'
import { createMasterKey } from '../../relay/vault/index.ts'
import type { Origin } from './origin.ts'

/** What the relay of the bench tells when it is signed in. */
export interface RelayReady {
  readonly port: number
  readonly authorization: string
  readonly ca: string
}

// A process of its own: a whole relay with the origin given as its only argument enrolled, signed in there, with its access log. What a
// device may ask is the one thing that is not as by default: the bench asks for more.
const site = JSON.parse(process.argv[2] ?? '') as Pick<Origin, 'origin' | 'ca'>
const folder = await mkdtemp(join(tmpdir(), 'login-relay-bench-'))
const config = configSchema.parse({
  portal: { listen: '127.0.0.1:0' },
  proxy: { listen: '127.0.0.1:0' },
  log: { access: 'file' },
  limits: { requestsPerSecond: 1_000_000, burst: 10_000_000 },
})
await createMasterKey(config.masterKey, folder)
const relay = await createRelay({ config, folder, env: {}, log: pino({ level: 'error' }), lookup: async () => ['127.0.0.1'] })
await relay.start()
const user = await relay.identity.addUser({ name: 'ann', password: 'a password for a bench', role: 'admin' })
const { device, token } = await relay.identity.addDevice(user.id, 'terminal')
const facts = { id: 'erp', origins: [site.origin], loginUrl: `${site.origin}/login`, ca: site.ca, networks: ['loopback'] as const }
await relay.accounts.addSite({ ...facts, adapter: 'form', settings: {}, delivery: 'attach' })
const account = await relay.accounts.addAccount({ owner: user.id, siteId: 'erp', username: 'ann', secrets: { password: 'secret' } })
await relay.sessions.ensure(account.id)
process.send?.({
  port: Number(relay.proxy.address.split(':').at(-1)),
  authorization: `Basic ${Buffer.from(`${device.name}:${token}`).toString('base64')}`,
  ca: relay.certificateAuthority.pem(),
} satisfies RelayReady)
process.on('disconnect', async () => {
  await relay.stop()
  await rm(folder, { recursive: true, force: true })
  process.exit(0)
})
