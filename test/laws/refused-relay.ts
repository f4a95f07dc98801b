/**
 * A relay that signs in with the one account in the data directory it is given, as a person asks for it if there is a second argument, and
 * is killed at the moment at which it tells that this has failed. Run by the test of law 3 in a process of its own.
 */
import { pino } from 'pino'
import { configSchema } from '../../config/index.ts'
import { createRelay } from '../../relay/app.ts'

const [, , folder = '', person] = process.argv
const config = configSchema.parse({ portal: { listen: '127.0.0.1:0' }, proxy: { listen: '127.0.0.1:0' } })
const relay = await createRelay({ config, folder, env: {}, log: pino({ level: 'silent' }), listen: 'local' })
await relay.start()
relay.sessions.onEvent(({ type }) => {
  if (type === 'failed') process.kill(process.pid, 'SIGKILL')
})
await relay.sessions.ensure(relay.accounts.listAccounts()[0]?.id ?? '', { fresh: person !== undefined })
