import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
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
  t.equal(await manager.remove(), true)
  t.equal(await manager.remove(), false)
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
  t.equal(await manager.remove(), true)
  const target = `gui/${process.getuid?.()}`
  t.same(await tools.calls(), [
    `launchctl bootout ${target}/login-relay.connect`,
    `launchctl bootstrap ${target} ${file}`,
    `launchctl bootout ${target}/login-relay.connect`,
  ])
})

t.test('where nothing starts programs of a person it is said, and nothing is left behind', async (t) => {
  t.throws(() => serviceManager('win32', {}, systemRun({})), { code: 'service_unknown' })
  const home = await tempFolder(t)
  await t.rejects(serviceManager('linux', { HOME: home }, systemRun({ PATH: home })).install(command), { code: 'service_unknown' })
  await t.rejects(stat(join(home, '.config/systemd/user/login-relay-connect.service')))
  t.match(
    await commandLine(t, home).run(['connect', '--install-service']),
    { status: 1, stderr: /enrolled at no relay/ },
    'what would not start is not installed',
  )
})
