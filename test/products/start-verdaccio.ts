import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { folderWith } from './folder.ts'
import { account, type Product } from './product.ts'
import { startTelling } from './program.ts'

const serve = `
const [, , verdaccio, config] = process.argv
require(verdaccio).runServer(config).then((server) => server.listen(0, '127.0.0.1', () => console.log('listening on', server.address().port)))
`

const version = { name: 'orders', version: '1.0.0', dist: { shasum: '0'.repeat(40), tarball: 'http://127.0.0.1/orders/-/orders-1.0.0.tgz' } }
const orders = {
  name: 'orders',
  versions: { '1.0.0': version },
  'dist-tags': { latest: '1.0.0' },
  time: { modified: '2026-01-01T00:00:00.000Z' },
  _attachments: {},
}
const packages = {
  'storage/.verdaccio-db.json': JSON.stringify({ list: ['orders'], secret: 'x'.repeat(32) }),
  'storage/orders/package.json': JSON.stringify(orders),
}

/** Verdaccio (npm: verdaccio), a package registry whose web pages are a script; it knows no other registry. Its one package is for the signed-in alone. */
export async function startVerdaccio(): Promise<Product> {
  const hash = createHash('sha1').update(account.password).digest('base64')
  const folder = await folderWith({ 'serve.cjs': serve, htpasswd: `${account.username}:{SHA}${hash}:autocreated\n`, ...packages })
  const { path } = folder
  const configuration = {
    storage: `${path}/storage`,
    plugins: `${path}/plugins`,
    auth: { htpasswd: { file: `${path}/htpasswd`, max_users: -1 } },
    uplinks: {},
    packages: { '**': { access: '$authenticated', publish: '$authenticated' } },
    log: { type: 'stdout', level: 'warn' },
  }
  const withConfiguration = await folderWith({ 'config.yaml': JSON.stringify(configuration) })
  const verdaccio = createRequire(import.meta.url).resolve('verdaccio')
  const program = await startTelling({
    command: process.execPath,
    args: [`${path}/serve.cjs`, verdaccio, `${withConfiguration.path}/config.yaml`],
    says: /listening on (\d+)/,
  })
  const origin = `http://127.0.0.1:${program.port}`
  return {
    url: `${origin}/`,
    account,
    inside: { url: `${origin}/-/verdaccio/data/packages`, says: /"name":\s*"orders"/ },
    stop: () => program.stop().then(folder.remove).then(withConfiguration.remove),
  }
}
