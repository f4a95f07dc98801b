import 'reflect-metadata'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createTestAuthority } from '../../test/outbound/certificates.ts'
import { freePort } from '../../test/ports.ts'
import { benchFolder } from './bench-folder.ts'
import { startProgram } from './start-program.ts'

/** The site of the bench: nginx with a login form, and pages for who is signed in. */
export interface Origin {
  /** `https://localhost:PORT`: a name that every peer can look up. */
  readonly origin: string
  readonly port: number
  readonly ca: string
  /** Where `ca` stands. */
  readonly caFile: string
  stop(): Promise<void>
}

/** A session of the kind that its sign-in gives. */
export const cookie = 'sid=good'
/** 70 bytes, and 1 MiB. */
export const [small, large] = ['/small', '/large']
/** An answer that breaks off in its body, and a connection that ends without one. */
export const [torn, none] = ['/torn', '/none']
/** Every name under it leads to the site, too. */
export const manyHosts = 'site.test'

const form = '<form method="post" action="/login"><input name="user"><input type="password" name="password"><button>Sign in</button></form>'
const home = '<p>Welcome, ann</p><a href="/logout">Sign out</a>'

export async function startOrigin(): Promise<Origin> {
  const folder = benchFolder()
  const authority = await createTestAuthority()
  const port = await freePort()
  folder.write('large', Buffer.alloc(1024 * 1024, 'x'))
  const tearing = await startTearing()
  const servers: string[] = []
  for (const name of ['localhost', `*.${manyHosts}`]) {
    const leaf = await authority.issue(name)
    const [cert, key] = [folder.write(`${servers.length}.pem`, leaf.cert), folder.write(`${servers.length}.key`, leaf.key)]
    servers.push(serverOf(folder.path, { name, port, cert, key, tearing: tearing.port }))
  }
  const config = folder.write('nginx.conf', configOf(folder.path, servers))
  const nginx = await startProgram('nginx', ['-c', config, '-e', `${folder.path}/error.log`], port)
  return {
    origin: `https://localhost:${port}`,
    port,
    ca: authority.cert,
    caFile: folder.write('ca.pem', authority.cert),
    async stop() {
      await nginx.stop()
      tearing.stop()
      folder.remove()
    },
  }
}

function configOf(folder: string, servers: readonly string[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
  return `
worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600; server_names_hash_bucket_size 128; ${temporary}
  ${servers.join('')}
}`
}

interface Server {
  readonly name: string
  readonly port: number
  readonly cert: string
  readonly key: string
  /** The port of what breaks off in its answers. */
  readonly tearing: number
}

function serverOf(folder: string, { name, port, cert, key, tearing }: Server): string {
  const signedIn = `if ($http_cookie !~ "${cookie}") { return 302 /login; }`
  return `
  server {
    listen 127.0.0.1:${port} ssl; listen [::1]:${port} ssl; server_name ${name};
    ssl_certificate ${cert}; ssl_certificate_key ${key}; ssl_session_cache shared:all:1m; default_type text/html;
    location = /login {
      if ($request_method = POST) { add_header Set-Cookie "${cookie}; Path=/; Secure; HttpOnly"; return 302 /home; }
      return 200 '${form}';
    }
    location = /home { ${signedIn} return 200 '${home}'; }
    location = ${small} { ${signedIn} default_type text/plain; return 200 '${'0123456789'.repeat(7)}'; }
    location = ${large} { ${signedIn} default_type application/octet-stream; root ${folder}; }
    location = ${torn} { proxy_pass http://127.0.0.1:${tearing}; }
    location = ${none} { return 444; }
  }`
}

/** Promises a body of 1,000 bytes, and gives four. */
async function startTearing(): Promise<{ readonly port: number; stop(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ntorn'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() }
}
