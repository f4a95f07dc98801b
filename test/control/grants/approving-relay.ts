/**
 * A relay that answers, by its API, the one request in the data directory it is given (`approve` or `refuse`), and kills itself at the moment it is told.
 * Run by the tests of kill -9 in a process of its own. Prints `done` when nothing stopped it.
 */
import { pino } from 'pino'
import { configSchema } from '../../../config/index.ts'
import { createRelay } from '../../../relay/app.ts'
import { KillSelf } from '../../kill-self.ts'

const [, , folder = '', answer = '', moment = ''] = process.argv
const config = configSchema.parse({ portal: { listen: '127.0.0.1:0' }, proxy: { listen: '127.0.0.1:0' } })
const relay = await createRelay({ config, folder, env: {}, log: pino({ level: 'silent' }), listen: 'local' })
await relay.start()

const kill = new KillSelf(moment)
kill.watch(relay.grants.requests, 'decide')
kill.watch(relay.grants, 'add')
kill.watch(relay.grants, 'revoke')

const [request] = relay.grants.requests.list(() => true)
const { status } = await fetch(`http://${relay.portal.address}/api/v1/requests/${request?.id}/${answer}`, {
  method: 'POST',
  headers: { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json' },
  body: '{}',
})
process.stdout.write(status === 200 ? 'done\n' : `${status}\n`)
await relay.stop()
