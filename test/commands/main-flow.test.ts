import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startCaptchaSite } from '../sites/captcha-site.ts'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'

const username = 'ann.miller'
const password = 'c0rrect horse/battery'

async function setUp(t: Test) {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  const site = await startCaptchaSite({ username, password })
  t.teardown(() => site.stop())
  const made = await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'portal password\n')
  if (made.status !== 0) throw new Error(made.stderr)
  return { folder, cli, site, orders: new URL('/orders', site.origin).href }
}

t.test('from init to a signed-in command, with a server running', async (t) => {
  const { folder, cli, site, orders } = await setUp(t)
  t.equal((await stat(join(folder, 'data'))).mode & 0o777, 0o700)
  t.equal((await stat(join(folder, 'data', 'master.key'))).mode & 0o777, 0o600)
  t.match(await readFile(join(folder, 'relay.yaml'), 'utf8'), /^data: "\.\/data"$/m)
  await cli.serve()

  t.match(await cli.json(['site', 'add', site.url, '--id', 'orders', '--yes']), { id: 'orders', adapter: 'form', delivery: 'attach' })
  const added = await cli.run(['account', 'add', 'orders', '--user', 'ann', '--username', username, '--password-stdin', '--json'], password)
  t.match(JSON.parse(added.stdout), { name: 'orders', site: 'orders', username })

  const login = await cli.run(['login', 'orders', '--json'])
  const lines = login.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(lines[0], { step: 'page', ms: Number })
  t.match(lines.at(-1), { outcome: 'signed-in', account: 'orders', timing: { total: Number } })

  t.match(await cli.json(['account', 'keep', 'orders', '--every', '10', '--for', '8']), { everyMinutes: 10, hours: 8 })
  t.match(await cli.run(['account', 'list']), { stdout: /signed-in, kept until \d{4}-/ })
  t.match(await cli.run(['account', 'keep', 'orders', '--every', '10']), { status: 2 })
  await writeFile(join(folder, 'own-roots.pem'), '# roots of her own\n')
  const command = `curl -sS --max-time 20 ${orders} && cat "$SSL_CERT_FILE"`
  const page = await cli.run(['run', '--', 'sh', '-c', command], '', { SSL_CERT_FILE: join(folder, 'own-roots.pem') })
  t.match(page, { status: 0, stdout: /Orders.*END CERTIFICATE.*# roots of her own/s }, "the system's roots, her own and the CA")
  t.ok(page.stdout.includes((await cli.run(['ca', 'export'])).stdout.trim()))
  t.equal((await cli.json<unknown[]>(['device', 'list'])).length, 0, 'the device of the run is gone')

  const device = await cli.json<{ device: string; token: string }>(['device', 'add', 'term', '--user', 'ann'])
  t.match(device, { device: 'term', token: /^lr_[A-Za-z0-9_-]{43}$/ })
  t.match(await cli.json(['device', 'choose', 'term', 'orders']), [{ site: 'orders', account: 'orders' }])
  t.match(await cli.run(['device', 'accounts', 'term']), { status: 0, stdout: /^SITE +ACCOUNT +SINCE\norders +orders / })
  t.match(await cli.json(['device', 'choose', 'term', '--ask', 'orders']), [])
  t.match(await cli.run(['device', 'choose', 'term']), { status: 2 })
  const { link } = await cli.json<{ link: string }>(['open', 'orders'])
  const claimed = await cli.run(['claim', link, '--format', 'netscape'])
  t.match(claimed.stdout, /^# Netscape HTTP Cookie File\n#HttpOnly_127\.0\.0\.1\tFALSE\t\/\tFALSE\t0\torders_session\t/)
  t.match(await cli.run(['claim', link]), { status: 1, stderr: /spent/ })

  t.equal(site.sessionsAlive, 1)
  t.match(await cli.run(['logout', 'orders']), { status: 0, stdout: /Ended/ })
  t.equal(site.sessionsAlive, 0)
  t.match(await cli.run(['device', 'revoke', 'term']), { status: 0 })
  t.match(await cli.run(['vault', 'rotate-key']), { status: 0, stdout: /wrapped anew/ })
  await chmod(join(folder, 'data'), 0o755)
  t.match(await cli.run(['doctor']), { status: 0, stdout: /warning +data directory: .*chmod 700.*ok +site orders/s })
  for (const output of [login, page, claimed, added]) t.notMatch(output.stdout + output.stderr, password)
})

t.test('the same commands work while no server runs; those that need one say so', async (t) => {
  const { cli, site } = await setUp(t)
  await cli.json(['site', 'add', site.url, '--id', 'orders', '--yes'])
  await cli.json(['account', 'add', 'orders', '--user', 'ann', '--username', username, '--password-stdin'], password)
  t.match(await cli.run(['login', 'orders']), { status: 0, stdout: /in all/ })
  t.match(await cli.json(['account', 'list']), [{ name: 'orders', state: 'signed-in' }], 'the session is kept')
  for (const words of [
    ['open', 'orders'],
    ['run', '--', 'true'],
    ['claim', 'http://127.0.0.1:1/handoff/0123456789abcdefghij'],
  ]) {
    t.match(await cli.run(words), { status: 1, stderr: /No relay runs.*\n.*login-relay serve/ }, words.join(' '))
  }
  t.match(await cli.run(['logout', 'orders']), { status: 0 })
  t.equal(site.sessionsAlive, 0)
})

t.test('a link of another relay gets no credential', async (t) => {
  const { cli } = await setUp(t)
  const { portal } = await cli.serve()
  const foreign = 'http://127.0.0.1:1/handoff/0123456789abcdefghij'
  t.match(await cli.run(['claim', foreign]), { status: 2, stderr: /another relay/ })
  const env = { LOGIN_RELAY_URL: portal, LOGIN_RELAY_DEVICE: 'term:lr_x' }
  t.match(await cli.run(['claim', foreign], '', env), { status: 2, stderr: /another relay/ })
  t.match(await cli.run(['claim', foreign], '', { LOGIN_RELAY_DEVICE: 'term:lr_x' }), { status: 2, stderr: /LOGIN_RELAY_URL/ })
})

t.test('a terminal elsewhere claims and runs with what its environment holds', async (t) => {
  const { cli, site, orders } = await setUp(t)
  const { portal, proxy } = await cli.serve()
  await cli.json(['site', 'add', site.url, '--id', 'orders', '--yes'])
  await cli.json(['account', 'add', 'orders', '--user', 'ann', '--username', username, '--password-stdin'], password)
  const { device, token } = await cli.json<{ device: string; token: string }>(['device', 'add', 'term', '--user', 'ann'])
  const elsewhere = commandLine(t, await tempFolder(t))
  const env = { LOGIN_RELAY_URL: portal, LOGIN_RELAY_PROXY: proxy, LOGIN_RELAY_DEVICE: `${device}:${token}` }
  t.match(await elsewhere.run(['run', '--', 'curl', '-sS', '--max-time', '20', orders], '', env), { status: 0, stdout: /Orders/ })
  const { link } = await cli.json<{ link: string }>(['open', 'orders'])
  t.match(await elsewhere.run(['claim', link, '--format', 'header'], '', env), { status: 0, stdout: /^Cookie: orders_session=/ })
})
