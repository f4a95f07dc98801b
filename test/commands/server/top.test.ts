import t from 'tap'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'

t.test('top looks once into a pipe, as a table or as JSON with rates, and takes no interval that is none', async (t) => {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  t.match(await cli.run(['init', '--user', 'ann', '--password-stdin'], 'a long password'), { status: 0 })
  t.match(await cli.run(['top']), { status: 1, stdout: '' }, 'without a relay there is nothing to see')
  await cli.serve()
  const table = await cli.run(['top', '--interval', '0.2'])
  t.match(table.stdout, /^CONNECTIONS +TUNNELS .*\n0 +0 /)
  t.notMatch(table.stdout, '\u001b', 'and steers no terminal')
  t.match(await cli.json(['top', '--interval', '0.2']), { connections: 0, devices: [], rates: { requests: 0, bytes: 0 } })
  t.match(await cli.run(['top', '--interval', 'x']), { status: 2 })
})
