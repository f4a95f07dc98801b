import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { account, type Product } from './product.ts'
import { startReports } from './reports.ts'

const modules = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_digest']
const realm = 'Reports, internal'

/** Apache httpd (Debian: apache2-bin) that asks for HTTP Digest by its mod_auth_digest before it shows a file. */
export async function startApache(): Promise<Product> {
  const ha1 = createHash('md5').update(`${account.username}:${realm}:${account.password}`).digest('hex')
  return startReports(`${account.username}:${realm}:${ha1}\n`, async (path, port) => {
    const configuration = [
      `ServerRoot ${path}`,
      ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
      `Listen 127.0.0.1:${port}`,
      'ServerName 127.0.0.1',
      `PidFile ${path}/pid`,
      `Mutex file:${path}`,
      `DefaultRuntimeDir ${path}`,
      `ErrorLog ${path}/error.log`,
      `DocumentRoot ${path}/html`,
      'AddDefaultCharset utf-8',
      '<Location "/">',
      `  AuthType Digest\n  AuthName "${realm}"\n  AuthDigestDomain /\n  AuthDigestProvider file\n  AuthUserFile ${path}/users\n  Require valid-user`,
      '</Location>',
    ]
    await writeFile(join(path, 'httpd.conf'), configuration.join('\n'))
    return { command: '/usr/sbin/apache2', args: ['-X', '-f', join(path, 'httpd.conf')] }
  })
}
