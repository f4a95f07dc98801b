import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { configSchema } from '../../config/index.ts'
import { createRelay } from '../../relay/app.ts'
import { createMasterKey } from '../../relay/vault/index.ts'

/** What the relay of the bench tells when it runs. */
export interface RelayReady {
  readonly url: string
  /** `Authorization` of the local administrator, and of a device of ann's. */
  readonly operator: string
  readonly ann: string
}

// A process of its own, so that its CPU time is the relay's alone: a whole relay, spoken to by its HTTP API. Every name leads to loopback.
const folder = await mkdtemp(join(tmpdir(), 'login-relay-bench-'))
const config = configSchema.parse({ portal: { listen: '127.0.0.1:0' }, proxy: { listen: '127.0.0.1:0' }, login: { captchaTries: 10 } })
await createMasterKey(config.masterKey, folder)
const relay = await createRelay({ config, folder, env: {}, log: pino({ level: 'error' }), lookup: async () => ['127.0.0.1'] })
await relay.start()
const user = await relay.identity.addUser({ name: 'ann', password: 'a password for a bench', role: 'admin' })
const { device, token } = await relay.identity.addDevice(user.id, 'terminal')
process.send?.({
  url: relay.portal.url(),
  operator: `Bearer ${relay.adminToken}`,
  ann: `Basic ${Buffer.from(`${device.name}:${token}`).toString('base64')}`,
} satisfies RelayReady)
// Asked for the CPU time it has used so far: milliseconds.
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.((user + system) / 1000)
})
process.on('disconnect', async () => {
  await relay.stop()
  await rm(folder, { recursive: true, force: true })
  process.exit(0)
})
