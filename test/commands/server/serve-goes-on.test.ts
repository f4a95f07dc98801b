import { once } from 'node:events'
import t from 'tap'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'

/** Run in the relay's process before anything else: a promise that fails unheard when the test says so. */
const mistake = `import { isMainThread } from 'node:worker_threads'
if (isMainThread) process.on('SIGUSR2', () => void Promise.reject(new Error('a mistake of ours')))`

t.test('a mistake in what one request began is logged, and the relay goes on', async (t) => {
  const cli = commandLine(t, await tempFolder(t))
  await cli.run(['init'])
  const { child, until } = cli.begin(['serve'], { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(mistake)}` })
  const [, portal = ''] = await until(/(http:\/\/localhost:\d+)\/invite\//)
  child.kill('SIGUSR2')
  await until(/a mistake of ours/)
  t.equal((await fetch(`${portal}/sign-in`)).status, 200)
  child.kill('SIGTERM')
  t.same(await once(child, 'exit'), [0, null])
})
