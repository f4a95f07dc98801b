import { readFileSync } from 'node:fs'
import { freePort } from '../../test/ports.ts'
import { benchFolder } from './bench-folder.ts'
import type { Origin } from './origin.ts'
import { isInstalled, startProgram } from './start-program.ts'
import type { Missing, Subject } from './subject.ts'

/** mitmproxy without its screen (mitmdump), large bodies streamed as the others do. */
export async function startMitmproxy(origin: Origin): Promise<Subject | Missing> {
  const name = 'mitmproxy'
  if (!isInstalled('mitmdump')) return { name, missing: 'apt-get install mitmproxy' }
  const folder = benchFolder()
  const port = await freePort()
  const options = [`confdir=${folder.path}`, `ssl_verify_upstream_trusted_ca=${origin.caFile}`, 'stream_large_bodies=64k', 'http2=false']
  const listen = ['--listen-host', '127.0.0.1', '--listen-port', String(port)]
  const mitmdump = await startProgram('mitmdump', ['-q', ...listen, ...options.flatMap((option) => ['--set', option])], port)
  return {
    name,
    proxy: { port },
    ca: readFileSync(`${folder.path}/mitmproxy-ca-cert.pem`, 'utf8'),
    pid: mitmdump.pid,
    async stop() {
      await mitmdump.stop()
      folder.remove()
    },
  }
}
