import t from 'tap'
import { commandEnvironment } from '../../relay/commands/device/command-environment.ts'

const access = { proxyUrl: 'http://d:t@127.0.0.1:8471', files: { ca: '/tmp/ca.pem', bundle: '/tmp/bundle.pem' }, enrolledHosts: ['erp.example', '127.0.0.1'] }

t.test('a command gets the proxy and the CA in every variable its tools read', async (t) => {
  const env = commandEnvironment({ PATH: '/bin' }, access)
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']) t.equal(env[name], access.proxyUrl, name)
  for (const name of ['SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'GIT_SSL_CAINFO', 'CARGO_HTTP_CAINFO', 'DENO_CERT'])
    t.equal(env[name], '/tmp/bundle.pem', name)
  t.equal(env.NODE_EXTRA_CA_CERTS, '/tmp/ca.pem')
  t.equal(env.NODE_USE_ENV_PROXY, '1')
  t.equal(env.PATH, '/bin')
})

t.test('stale settings of the parent are replaced or removed, in any case', async (t) => {
  const env = commandEnvironment(
    { Https_Proxy: 'http://old', http_proxy: 'http://old', SSL_CERT_DIR: '/old', ssl_cert_file: '/old', FTP_PROXY: 'http://old' },
    access,
  )
  t.notMatch(JSON.stringify(env), /old/)
})

t.test("the relay's own variables, the device token among them, do not reach the command", async (t) => {
  const env = commandEnvironment({ LOGIN_RELAY_DEVICE: 'd:t', LOGIN_RELAY_MASTER_KEY: 'k', LOGIN_RELAY_URL: 'u' }, access)
  t.strictSame(
    Object.keys(env).filter((name) => name.startsWith('LOGIN_RELAY')),
    [],
  )
})

t.test('exceptions that would lead an enrolled site around the proxy are dropped, others stay', async (t) => {
  const noProxy = (value: string) => commandEnvironment({ NO_PROXY: value }, access).NO_PROXY
  t.equal(noProxy('intranet.local, .corp.example'), 'intranet.local,.corp.example')
  for (const entry of ['*', 'erp.example', '.example', 'example', '*.example', 'erp.example:443', '127.0.0.1', '127.0.0.0/8', 'EXAMPLE'])
    t.equal(noProxy(entry), '', entry)
  t.equal(noProxy('xerp.example'), 'xerp.example')
})
