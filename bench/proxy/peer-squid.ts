import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { freePort } from '../../test/ports.ts'
import { benchFolder } from './bench-folder.ts'
import type { Origin } from './origin.ts'
import { isExecutable, isInstalled, startProgram } from './start-program.ts'
import type { Missing, Subject } from './subject.ts'

const certificateHelper = '/usr/lib/squid/security_file_certgen'

/** squid that reads what passes (ssl_bump), with one worker, no cache and an access log. */
export async function startSquid(origin: Origin): Promise<Subject | Missing> {
  const name = 'squid'
  if (!isInstalled('squid') || !isExecutable(certificateHelper)) return { name, missing: 'apt-get install squid-openssl' }
  const folder = benchFolder()
  const [ca, key] = [`${folder.path}/ca.crt`, `${folder.path}/ca.key`]
  const newKey = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=bench']
  execFileSync('openssl', [...newKey, '-keyout', key, '-out', ca], { stdio: 'ignore' })
  execFileSync(certificateHelper, ['-c', '-s', `${folder.path}/certificates`, '-M', '4MB'], { stdio: 'ignore' })
  const port = await freePort()
  const config = folder.write(
    'squid.conf',
    `
http_port 127.0.0.1:${port} ssl-bump cert=${ca} key=${key} generate-host-certificates=on dynamic_cert_mem_cache_size=4MB
sslcrtd_program ${certificateHelper} -s ${folder.path}/certificates -M 4MB
ssl_bump bump all
tls_outgoing_options cafile=${origin.caFile}
http_access allow all
cache deny all
workers 1
pinger_enable off
netdb_filename none
visible_hostname bench
shutdown_lifetime 0 seconds
access_log stdio:${folder.path}/access.log
cache_log ${folder.path}/cache.log
pid_filename ${folder.path}/squid.pid
coredump_dir ${folder.path}
`,
  )
  // It does not work as root: it becomes Debian's user for it.
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'proxy', folder.path])
  const squid = await startProgram('squid', ['-N', '-n', `bench${process.pid}`, '-f', config], port)
  return {
    name,
    proxy: { port },
    ca: readFileSync(ca, 'utf8'),
    pid: squid.pid,
    async stop() {
      await squid.stop()
      folder.remove()
    },
  }
}
