/**
 * A relay that rotates the password of the one account in the data directory it is given, and kills itself at the moment it is told.
 * Run by the tests of kill -9 in a process of its own. Prints `done` when nothing stopped it.
 */
import { pino } from 'pino'
import { configSchema } from '../../config/index.ts'
import { createRelay } from '../../relay/app.ts'
import { KillSelf } from '../kill-self.ts'

const [, , folder = '', moment = ''] = process.argv
const config = configSchema.parse({ portal: { listen: '127.0.0.1:0' }, proxy: { listen: '127.0.0.1:0' } })
const relay = await createRelay({ config, folder, env: {}, log: pino({ level: 'silent' }), listen: 'local' })
await relay.start()

const kill = new KillSelf(moment)
kill.watch(relay.accounts, 'propose')
kill.watch(relay.accounts, 'writeAhead')
kill.watch(relay.accounts, 'notePending')
kill.watch(relay.accounts, 'adopt')
kill.watch(relay.accounts, 'dropPending')
kill.watch(relay.login, 'changePassword')

const [account] = relay.accounts.listAccounts()
await relay.sessions.rotate(account?.id ?? '')
process.stdout.write('done\n')
await relay.stop()
