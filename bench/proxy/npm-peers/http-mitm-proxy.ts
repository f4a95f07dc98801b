import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent } from 'node:https'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerReady } from '../peer-process.ts'

// http-mitm-proxy with connections kept alive at both ends.
const { Proxy: MitmProxy } = createRequire(import.meta.url)('http-mitm-proxy')
const folder = mkdtempSync(join(tmpdir(), 'login-relay-bench-'))
const proxy = new MitmProxy()
proxy.onError(() => {})
const httpsAgent = new Agent({ keepAlive: true, ca: process.argv[2] })
proxy.listen({ host: '127.0.0.1', port: 0, sslCaDir: folder, keepAlive: true, httpsAgent }, () => {
  process.send?.({ port: proxy.httpPort, ca: readFileSync(join(folder, 'certs', 'ca.pem'), 'utf8') } satisfies PeerReady)
})
process.on('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
