import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'

t.test('wrong words end with status 2, and the nearest right one is named', async (t) => {
  const cli = commandLine(t, await tempFolder(t))
  t.match(await cli.run(['--version']), { status: 0, stdout: /^\d+\.\d+\.\d+\n$/ })
  t.match(await cli.run(['user', 'lst']), { status: 2, stderr: /Did you mean list.*`login-relay user --help`/s })
  t.match(await cli.run(['init', '--password-stdin']), { status: 2, stderr: /--user/ })
  t.match(await cli.run(['user', 'add', 'eve', '--role', 'boss']), { status: 2, stderr: /member, auditor, admin/ })
  const typed = await cli.run(['account', 'add', 'erp', '--user', 'ann', '--username', 'a', '--password', 'hunter2'])
  t.match(typed, { status: 2, stderr: /unknown option.*`login-relay account add --help`/s })
  t.notMatch(typed.stderr, 'hunter2')
  t.match(await cli.run(['claim', 'nonsense']), { status: 2, stderr: /not a handoff link/ })
  t.match(await cli.run(['claim', 'https://relay/handoff/x', '--format', 'xml']), { status: 2, stderr: /netscape, playwright, json, header/ })
  t.match(await cli.run(['init', '--user', 'ann']), { status: 2, stderr: /--password-stdin/ }, 'nobody is there to be asked')
})

t.test('help is given for every verb', async (t) => {
  const cli = commandLine(t, await tempFolder(t))
  const { stdout } = await cli.run(['--help'])
  const verbs = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, verb]) => verb as string)
  for (const verb of ['init', 'serve', 'demo', 'user', 'device', 'site', 'account', 'login', 'open', 'claim', 'logout', 'run', 'ca', 'vault', 'doctor']) {
    t.ok(verbs.includes(verb), verb)
  }
  const helps = await Promise.all(verbs.map((verb) => cli.run([verb, '--help'])))
  for (const help of helps) t.match(help, { status: 0, stdout: /^Usage: login-relay/ })
  t.equal((await cli.run(['help'])).stdout, stdout)
  const [asked, told] = await Promise.all([cli.run(['help', 'device', 'add']), cli.run(['device', 'add', '--help'])])
  t.same(asked, told)
  t.match(told.stdout, /--user <NAME> .*\(required\)/, 'what cannot be left out is told')
})

t.test('what is missing or in the way is told with its mend, and nothing is lost', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  t.match(await cli.run(['user', 'list']), { status: 1, stderr: /login-relay init/ })
  await writeFile(join(folder, 'file'), '')
  t.match(await cli.run(['init', '--data', './file/data', '--user', 'ann', '--password-stdin'], 'long enough'), { status: 1, stderr: /cannot be written/ })
  t.match(await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'long enough'), { status: 0 })
  const store = await readFile(join(folder, 'data', 'store.json'))
  t.match(await cli.run(['init', '--data', './data', '--user', 'eve', '--password-stdin'], 'long enough'), {
    status: 1,
    stderr: /already.*another directory/s,
  })
  t.strictSame(await readFile(join(folder, 'data', 'store.json')), store)

  await chmod(join(folder, 'data', 'master.key'), 0o644)
  t.match(await cli.run(['user', 'list']), { status: 1, stderr: /read by others/ })
  await chmod(join(folder, 'data', 'master.key'), 0o600)
  const key = await readFile(join(folder, 'data', 'master.key'))
  await writeFile(join(folder, 'data', 'master.key'), `${Buffer.alloc(32).toString('base64')}\n`)
  t.match(await cli.run(['user', 'list']), { status: 1, stderr: /master key does not open/ })
  await writeFile(join(folder, 'data', 'master.key'), key)
  t.match(await cli.run(['user', 'list']), { status: 0, stdout: /ann/ })

  await writeFile(join(folder, 'relay.yaml'), 'data: ./data\nportal:\n  lisen: 127.0.0.1:1\n')
  t.match(await cli.run(['user', 'list']), { status: 2, stderr: /relay\.yaml:3: portal\.lisen: .*`listen`/ })
  await writeFile(join(folder, 'relay.yaml'), 'data: [\n')
  t.match(await cli.run(['user', 'list', '--json']), { status: 2, stderr: /"code":"config_invalid"/ })
})

t.test('a port that is taken and a second server on the same data are refused', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'long enough')
  const squatter = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => squatter.once('listening', resolve))
  t.teardown(() => squatter.close())
  const { port } = squatter.address() as { port: number }
  for (const name of ['PORTAL', 'PROXY']) {
    const refused = await cli.run(['serve'], '', { [`LOGIN_RELAY_${name}_LISTEN`]: `127.0.0.1:${port}` })
    t.match(refused, { status: 1, stderr: new RegExp(`127.0.0.1:${port} is in use`) }, name)
  }
  await cli.serve()
  t.match(await cli.run(['serve']), { status: 1, stderr: /Another process uses the data directory/ })
  t.match(await cli.run(['user', 'list']), { status: 0, stdout: /ann/ }, 'the first is found as before')
})

t.test("another relay's configuration in the way is left as it is", async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  await mkdir(join(folder, 'first'))
  await cli.run(['init', '--data', './first', '--user', 'ann', '--password-stdin'], 'long enough')
  const before = await readFile(join(folder, 'relay.yaml'), 'utf8')
  t.match(await cli.run(['init', '--data', './second', '--user', 'bob', '--password-stdin'], 'long enough'), {
    status: 0,
    stdout: /second\/relay\.yaml.*serve --config second\/relay\.yaml`/s,
  })
  t.equal(await readFile(join(folder, 'relay.yaml'), 'utf8'), before)
  t.match(await cli.run(['user', 'list', '--data', './second']), { status: 0, stdout: /bob/ })
  t.match(await cli.run(['user', 'list']), { status: 0, stdout: /ann/ })

  t.match(await cli.run(['init', '--config', './third.yaml', '--data', './third', '--user', 'eve', '--password-stdin'], 'long enough'), {
    status: 0,
    stdout: /third\.yaml.*serve --config third\.yaml`/s,
  })
  t.match(await cli.run(['user', 'list', '--config', './third.yaml']), { status: 0, stdout: /eve/ })
  t.equal(await readFile(join(folder, 'relay.yaml'), 'utf8'), before)
})
