import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'

const ann = ['init', '--user', 'ann', '--password-stdin']

t.test('an unfit password or name makes nothing, and the same command with a better one works', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  t.match(await cli.run(ann, '1234'), { status: 2, stderr: /password is shorter/ })
  t.match(await cli.run(['init', '--user', 'a\u202en', '--password-stdin'], 'long enough, and odd'), { status: 2, stderr: /user name has/ })
  t.strictSame(await readdir(folder), [])
  t.match(await cli.run(ann, 'long enough, and odd'), { status: 0 })
  t.match(await cli.json(['user', 'list']), [{ name: 'ann', role: 'admin' }])
})

t.test('an init that fails later takes away what it has made, and nothing else', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  const config = join(folder, 'relay.yaml')
  await writeFile(config, 'data: ./mine/data\nmasterKey: { source: environment }\n')
  t.match(await cli.run(ann, 'long enough, and odd'), { status: 1, stderr: /LOGIN_RELAY_MASTER_KEY/ })
  t.strictSame(await readdir(folder), ['relay.yaml'])

  await rm(config)
  const data = join(folder, 'data')
  // Where a folder of policies belongs: the relay does not start.
  const inTheWay = join(data, 'grants')
  await mkdir(data)
  await writeFile(inTheWay, 'mine')
  t.match(await cli.run([...ann, '--data', './data'], 'long enough, and odd'), { status: 1, stderr: /grants/ })
  t.strictSame([await readdir(folder), await readdir(data)], [['data'], ['grants']])
  await rm(inTheWay)
  t.match(await cli.run([...ann, '--data', './data'], 'long enough, and odd'), { status: 0 })
})

t.test('where a killed init left a master key, the next one says what to do, and that works', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  const key = join(folder, 'data', 'master.key')
  await mkdir(join(folder, 'data'))
  await writeFile(key, 'left behind', { mode: 0o600 })
  t.match(await cli.run(['init', '--data', './data']), { status: 1, stderr: /no relay uses it, remove it/ })
  t.strictSame([await readdir(folder), await readdir(join(folder, 'data'))], [['data'], ['master.key']])
  await rm(key)
  t.match(await cli.run(['init', '--data', './data']), { status: 0 })
})
