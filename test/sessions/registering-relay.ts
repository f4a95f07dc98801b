/** A relay that makes an account at the one site in the data directory it is given. Run by the test of kill -9 in a process of its own. */
import { pino } from 'pino'
import { configSchema } from '../../config/index.ts'
import { createRelay } from '../../relay/app.ts'

const [, , folder = '', userId = ''] = process.argv
const config = configSchema.parse({ portal: { listen: '127.0.0.1:0' }, proxy: { listen: '127.0.0.1:0' } })
const relay = await createRelay({ config, folder, env: {}, log: pino({ level: 'silent' }), listen: 'local' })
await relay.start()
await relay.sessions.registrations.prepare({ userId, siteId: 'erp', username: 'bea', details: { email: 'bea@example.com' } }).make()
