import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openAccessLog } from '../../relay/app/access-log-file.ts'
import { Tally } from '../../relay/traffic/index.ts'
import { until } from '../until.ts'

// Closes an access log between the ends of requests. Arguments: the folder, and where the lines go, `stderr` or `file`.
const [folder = '', access] = process.argv.slice(2)
const opened = openAccessLog({ log: { level: 'info', access: access as 'stderr' | 'file', accessDetail: 'path' } }, folder)
if (opened === undefined) throw new Error('there is no access log')

function write(path: string): void {
  const seen = { req: { method: 'GET' }, head: { cookie: '' }, target: { place: { authority: 'site.test' }, path } }
  opened?.log.write(seen, undefined, new Tally(), 'site', 1)
}

if (access === 'file') await until(() => existsSync(join(folder, 'access.log')), 'the file')
write('/before')
opened.close()
write('/after')
// More than waits to be written together: on standard error it would take the line before along.
if (access === 'file') write(`/${'x'.repeat(10_000)}`)
