import t from 'tap'
import { tempFolder } from '../temp-folder.ts'
import { commandLine } from './command-line.ts'

t.test('commands at once, and one beside a server that is starting, wait for each other', async (t) => {
  const cli = commandLine(t, await tempFolder(t))
  await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'long enough')
  for (const outcome of await Promise.all([1, 2].map(() => cli.run(['user', 'list'])))) t.match(outcome, { status: 0, stdout: /ann/, stderr: '' })

  const [, listed] = await Promise.all([cli.serve(), cli.run(['user', 'list'])])
  t.match(listed, { status: 0, stdout: /ann/, stderr: '' })
  t.match(await cli.run(['serve']), { status: 1, stderr: /Another process uses the data directory/ }, 'a second server does not wait for the first')
})
