import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { whenFree } from '../../relay/commands/verb/when-free.ts'
import { FolderLock } from '../../relay/store/folder-lock.ts'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'

/** Said where it took a while, as on a machine at work. */
const waits = /^(Waiting for another process [^\n]*\n)?$/

t.test('commands at once, and one beside a server that is starting, wait for each other', async (t) => {
  const cli = commandLine(t, await tempFolder(t))
  await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'long enough')
  for (const outcome of await Promise.all([1, 2].map(() => cli.run(['user', 'list'])))) t.match(outcome, { status: 0, stdout: /ann/, stderr: waits })

  const [, listed] = await Promise.all([cli.serve(), cli.run(['user', 'list'])])
  t.match(listed, { status: 0, stdout: /ann/, stderr: waits })
  t.match(await cli.run(['serve']), { status: 1, stderr: /Another process uses the data directory/ }, 'a second server does not wait for the first')
})

t.test('a command says once what it waits for, where that takes a while, and starts when it is over', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'long enough')
  const other = new FolderLock(join(folder, 'data'))
  other.acquire()
  t.teardown(() => other.release())
  const { child, until } = cli.begin(['user', 'list'])
  await until(/^Waiting for another process that uses .*data: a command at work, or a relay that starts\.\n$/)
  other.release()
  t.match(await once(child, 'exit'), [0])
})

t.test('while a data directory is in use no relay is built for it over and over', async (t) => {
  const folder = await tempFolder(t)
  const other = new FolderLock(folder)
  other.acquire()
  const own = new FolderLock(folder)
  t.teardown(() => own.release())
  let built = 0
  const said: string[] = []
  const start = async () => {
    built += 1
    own.acquire()
  }
  const tell = (text: string) => {
    said.push(text)
    other.release()
  }
  await whenFree(folder, start, { tell })
  t.equal(built, 2, 'at first, and when it was free')
  t.equal(said.length, 1)
})
