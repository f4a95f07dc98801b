import { createRequire } from 'node:module'
import { folderWith } from './folder.ts'
import { account, type Product } from './product.ts'
import { startTelling } from './program.ts'

const { resolve } = createRequire(import.meta.url)

/** Node-RED (npm: node-red), its editor behind a user name and a password. The server is ours, as in its guide for embedding it: on any free port. */
const serve = `
const { createServer } = require('node:http')
const [, , red, bcrypt] = process.argv
const RED = require(red)
const { FOLDER: userDir, ACCOUNT, PASSWORD } = process.env
const users = [{ username: ACCOUNT, password: require(bcrypt).hashSync(PASSWORD, 4), permissions: '*' }]
const server = createServer((request, response) => app(request, response))
const app = require(require.resolve('express', { paths: [red] }))()
const settings = { httpAdminRoot: '/', httpNodeRoot: '/api', userDir, flowFile: 'flows.json', credentialSecret: false, nodesExcludes: ['*.js'],
  adminAuth: { type: 'credentials', users }, logging: { console: { level: 'warn' } }, telemetry: { enabled: false }, externalModules: { palette: { allowInstall: false } } }
RED.init(server, settings)
app.use('/', RED.httpAdmin)
RED.start().then(() => server.listen(0, '127.0.0.1', () => console.log('listening on', server.address().port)))
`

export async function startNodeRed(): Promise<Product> {
  const folder = await folderWith({ 'serve.cjs': serve })
  const env = { FOLDER: folder.path, ACCOUNT: account.username, PASSWORD: account.password }
  const program = await startTelling({
    command: process.execPath,
    args: [`${folder.path}/serve.cjs`, resolve('node-red'), resolve('bcryptjs')],
    env,
    says: /listening on (\d+)/,
  })
  const origin = `http://127.0.0.1:${program.port}`
  return {
    url: `${origin}/`,
    account,
    inside: { url: `${origin}/settings`, says: /"user":\{"username":"ann"/ },
    stop: () => program.stop().then(folder.remove),
  }
}
