import { existsSync, statSync } from 'node:fs'
import { openAccessLog } from '../../../relay/app/access-log-file.ts'
import { Tally } from '../../../relay/traffic/index.ts'
import { until } from '../../until.ts'

/** Logs requests to FOLDER/access.log and ends as WAY says, before their lines are due: crash-after-requests.ts FOLDER WAY. */
const [folder = '', way] = process.argv.slice(2)
const open = openAccessLog({ log: { access: 'file', accessDetail: 'path' } } as Parameters<typeof openAccessLog>[0], folder)
const log = (path: string): void =>
  open?.log.write({ req: { method: 'GET' }, head: { cookie: '' }, target: { place: { authority: 'site.test' }, path } }, undefined, new Tally(), 'site', 1)

// One that is written at once: the file is open when it stands there.
log(`/${'x'.repeat(10_000)}`)
await until(() => existsSync(`${folder}/access.log`) && statSync(`${folder}/access.log`).size > 10_000, 'the first line')
log('/one')
log('/last')
if (way === 'throw') throw new Error('the relay has crashed')
process.exit(1)
