import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { account, type Product } from './product.ts'
import { startReports } from './reports.ts'

/** nginx (Debian: nginx-light) that asks for HTTP Basic before it shows a file. */
export async function startNginx(): Promise<Product> {
  const hash = createHash('sha1').update(account.password).digest('base64')
  return startReports(`${account.username}:{SHA}${hash}\n`, async (path, port) => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${path}/${name};`)
    const server = `server { listen 127.0.0.1:${port}; root ${path}/html; auth_basic "Reports, internal"; auth_basic_user_file ${path}/users; }`
    const http = `http { access_log off; types { text/html html; } ${temporary.join(' ')} ${server} }`
    // Workers of root's would be nobody, who may not read the folder.
    const user = process.getuid?.() === 0 ? 'user root;' : ''
    const configuration = `daemon off; master_process off; pid ${path}/pid; error_log stderr; ${user} events {} ${http}`
    await writeFile(join(path, 'nginx.conf'), configuration)
    return { command: '/usr/sbin/nginx', args: ['-p', path, '-c', join(path, 'nginx.conf')] }
  })
}
