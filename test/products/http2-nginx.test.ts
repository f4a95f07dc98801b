import 'reflect-metadata'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import type { Destination } from '../../relay/outbound/index.ts'
import { createTestAuthority } from '../outbound/certificates.ts'
import { get, outboundForTest, read } from '../outbound/outbound-for-test.ts'
import { tempFolder } from '../temp-folder.ts'
import { startOnPort } from './program.ts'
import { absent } from './provide.ts'

const skip = absent('nginx-light')
const size = 3_000_000

/** nginx that speaks HTTP/2 and says goodbye to a connection (GOAWAY) after so many requests. */
async function startNginx(t: Test, requests: number): Promise<{ site: Destination; origin: string }> {
  const path = await tempFolder(t)
  const authority = await createTestAuthority()
  const { cert, key } = await authority.issue('site.test')
  await Promise.all([writeFile(join(path, 'cert.pem'), cert), writeFile(join(path, 'key.pem'), key), writeFile(join(path, 'large'), Buffer.alloc(size, 'x'))])
  const program = await startOnPort(async (port) => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${path}/${name};`)
    const locations = `location = /large { root ${path}; } location /refuse { client_max_body_size 1k; proxy_pass http://127.0.0.1:9; } location / { return 200 "$server_protocol $request_method $uri"; }`
    const server = `server { listen 127.0.0.1:${port} ssl http2; ssl_certificate ${path}/cert.pem; ssl_certificate_key ${path}/key.pem; ${locations} }`
    const http = `http { access_log off; keepalive_requests ${requests}; ${temporary.join(' ')} ${server} }`
    // Workers of root's would be nobody, who may not read the folder.
    const user = process.getuid?.() === 0 ? 'user root;' : ''
    await writeFile(join(path, 'nginx.conf'), `daemon off; master_process off; pid ${path}/pid; error_log stderr; ${user} events {} ${http}`)
    return { command: '/usr/sbin/nginx', args: ['-p', path, '-c', join(path, 'nginx.conf')] }
  })
  t.teardown(() => program.stop())
  const origin = `https://site.test:${program.port}`
  return { origin, site: { id: 'site', origins: [origin], networks: ['loopback'], ca: authority.cert } }
}

t.test('nginx: every request is answered while it says goodbye to one connection after the other', { skip }, async (t) => {
  const { site, origin } = await startNginx(t, 25)
  const outbound = outboundForTest(t)
  const paths = Array.from({ length: 400 }, (_, i) => `/${i}`)
  const answers: string[] = []
  const next = async (): Promise<void> => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const body = path.endsWith('3') ? Readable.from([Buffer.from('some'), Buffer.from(' body')]) : null
      const { status, body: answer } = await outbound.forward(site, { ...get(origin, path), method: body === null ? 'GET' : 'POST', body })
      answers.push(`${status} ${(await read(answer)).replace(/\d+$/, 'N')}`)
    }
  }
  await Promise.all(Array.from({ length: 20 }, next))
  t.same(new Set(answers), new Set(['200 HTTP/2.0 GET /N', '200 HTTP/2.0 POST /N']))
  t.equal(answers.length, 400)
})

t.test('nginx: large files come whole side by side, and an upload that it refuses is told as it tells it', { skip }, async (t) => {
  const { site, origin } = await startNginx(t, 1000)
  const outbound = outboundForTest(t)
  const files = await Promise.all([1, 2, 3, 4].map(async () => (await read((await outbound.forward(site, get(origin, '/large'))).body)).length))
  t.same(files, [size, size, size, size])
  const refused = await outbound.forward(site, {
    ...get(origin, '/refuse'),
    method: 'POST',
    body: Readable.from([Buffer.alloc(100_000), Buffer.alloc(2_000_000)]),
  })
  t.equal(refused.status, 413)
  t.match(await read(refused.body), /Request Entity Too Large/)
  t.match(await read((await outbound.forward(site, get(origin, '/page'))).body), 'HTTP/2.0 GET /page')
})
