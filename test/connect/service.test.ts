import { execFile } from 'node:child_process'
import { lstat, mkdir, readFile, stat, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { serviceManager, systemRun } from '../../relay/connect/index.ts'
import { commandLine } from '../commands/command-line.ts'
import { tempFolder } from '../temp-folder.ts'
import { fakeTools } from './fake-tools.ts'

const command = ['/opt/node', '/opt/login relay/main.ts', 'connect', '100%', '$HOME "&<x>"\\']

t.test('the systemd unit is written, enabled and started, and removed again', async (t) => {
  const tools = await fakeTools(t)
  const home = await tempFolder(t)
  const manager = serviceManager('linux', { HOME: home }, systemRun({ PATH: tools.path }))
  const file = await manager.install(command)
  t.equal(file, join(home, '.config/systemd/user/login-relay-connect.service'))
  const text = await readFile(file, 'utf8')
  t.match(text, '\nExecStart="/opt/node" "/opt/login relay/main.ts" "connect" "100%%" "$$HOME \\"&<x>\\"\\\\"\n')
  await promisify(execFile)('systemd-analyze', ['--user', 'verify', file]).catch((error: NodeJS.ErrnoException & { stderr?: string }) => {
    if (error.code !== 'ENOENT') t.notMatch(error.stderr, /Unknown|Failed to parse|Invalid/)
  })
  t.same(await manager.remove(), { was: 'stopped' })
  t.same(await manager.remove(), { was: 'none' })
  await t.rejects(stat(file))
  const unit = 'login-relay-connect.service'
  const words = ['daemon-reload', `enable ${unit}`, `restart ${unit}`, `disable --now ${unit}`, 'daemon-reload']
  t.same(
    await tools.calls(),
    words.map((word) => `systemctl --user ${word}`),
  )
})

t.test('the launchd job is written and started, and removed again', async (t) => {
  const tools = await fakeTools(t)
  const home = await tempFolder(t)
  const manager = serviceManager('darwin', { HOME: home }, systemRun({ PATH: tools.path }))
  const file = await manager.install(command)
  t.match(await readFile(file, 'utf8'), /<string>\/opt\/login relay\/main\.ts<\/string>[\s\S]*<string>\$HOME "&amp;&lt;x&gt;"\\<\/string>/)
  t.same(await manager.remove(), { was: 'stopped' })
  const target = `gui/${process.getuid?.()}`
  t.same(await tools.calls(), [
    `launchctl bootout ${target}/login-relay.connect`,
    `launchctl bootstrap ${target} ${file}`,
    `launchctl bootout ${target}/login-relay.connect`,
  ])
})

t.test('the task of Windows is registered for this person and run, and removed again', async (t) => {
  const tools = await fakeTools(t)
  const appData = await tempFolder(t)
  const env = { APPDATA: appData, USERNAME: 'ann', USERDOMAIN: 'OFFICE' }
  const manager = serviceManager('win32', env, systemRun({ PATH: tools.path }))
  const file = await manager.install(['C:\\Program Files\\node.exe', 'C:\\a b\\main.js', 'connect', '--folder', 'C:\\x\\', '"&<y>"\\"'])
  const text = new TextDecoder('utf-16le').decode(await readFile(file))
  t.match(text, /^<\?xml version="1\.0" encoding="UTF-16"\?>\n/)
  const all = (name: string) => [...text.matchAll(new RegExp(`<${name}>(.*)</${name}>`, 'g'))].map(([, value]) => value)
  t.same(all('Command'), ['C:\\Program Files\\node.exe'])
  t.same(all('Arguments'), [String.raw`"C:\a b\main.js" "connect" "--folder" "C:\x\\" "\"&amp;&lt;y&gt;\"\\\""`])
  t.same(all('UserId'), ['OFFICE\\ann', 'OFFICE\\ann'], 'at his sign-in alone, as himself')
  t.same(all('ExecutionTimeLimit'), ['PT0S'], 'not ended after three days, as tasks are otherwise')
  t.same(await manager.remove(), { was: 'stopped' })
  t.same(await manager.remove(), { was: 'none' })
  t.same(
    await tools.calls(),
    ['/end', `/create /xml ${file} /f`, '/run', '/end', '/delete /f'].map((words) => `schtasks ${words.replace(/^\/\w+/, '$& /tn login-relay-connect')}`),
  )
})

t.test('a service whose manager cannot be told to stop it is not started again all the same, and that is said', async (t) => {
  for (const [platform, left] of [
    ['linux', '.config/systemd/user/default.target.wants/login-relay-connect.service'],
    ['darwin', undefined],
    ['win32', undefined],
  ] as const) {
    const tools = await fakeTools(t)
    const home = await tempFolder(t)
    const manager = serviceManager(platform, { HOME: home, APPDATA: home, USERNAME: 'ann' }, systemRun({ PATH: tools.path }))
    const file = await manager.install(command)
    if (left !== undefined) await mkdir(dirname(join(home, left)), { recursive: true })
    if (left !== undefined) await symlink(file, join(home, left))
    await tools.set('failure', 'Failed to connect to bus: No medium found\n')
    // A task that cannot be looked up has been deleted already.
    const removal = platform === 'win32' ? { was: 'stopped' } : { was: 'removed', reason: 'Failed to connect to bus: No medium found' }
    t.same(await manager.remove(), removal, platform)
    await t.rejects(stat(file), platform)
    if (left !== undefined) await t.rejects(lstat(join(home, left)), 'what starts it at the next sign-in')
  }
})

t.test('where nothing starts programs of a person it is said, and nothing is left behind', async (t) => {
  t.throws(() => serviceManager('freebsd', {}, systemRun({})), { code: 'service_unknown', message: /this system \(freebsd\) has none of them/ })
  const home = await tempFolder(t)
  await t.rejects(serviceManager('linux', { HOME: home }, systemRun({ PATH: home })).install(command), {
    code: 'service_unknown',
    message: /there is no `systemctl` here/,
  })
  await t.rejects(stat(join(home, '.config/systemd/user/login-relay-connect.service')))
  t.match(
    await commandLine(t, home).run(['connect', '--install-service']),
    { status: 1, stderr: /enrolled at no relay/ },
    'what would not start is not installed',
  )
})
