import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { commandLine } from '../commands/command-line.ts'
import { curl } from '../proxy/curl.ts'
import { tempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'

/** A relay that is a process of its own, with a device. */
async function startServer(t: Test) {
  const folder = await tempFolder(t)
  const cli = commandLine(t, folder)
  const file = join(folder, 'relay.yaml')
  await cli.run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'three odd herons wade')
  const { token } = await cli.json<{ token: string }>(['device', 'add', 'laptop', '--user', 'ann'])
  const own = await readFile(file, 'utf8')
  const start = async (address: string) => {
    await writeFile(file, `${own}\nproxy:\n  tlsListen: ${address}\n`)
    return cli.serve()
  }
  return { token, start, running: await start('127.0.0.1:0') }
}

t.test('with three relays the next request is answered when the first is killed, and by the first when it is back', async (t) => {
  const servers = await Promise.all([1, 2, 3].map(() => startServer(t)))
  const terminal = commandLine(t, await tempFolder(t))
  for (const { running, token } of servers) {
    const device = { LOGIN_RELAY_URL: running.portal, LOGIN_RELAY_DEVICE: `laptop:${token}` }
    t.match(await terminal.run(['device', 'enroll', '--connect'], '', device), { status: 0 })
  }
  await terminal.begin(['connect', '--listen', '127.0.0.1:0']).until(/New connections go to/)
  const { listen, relays } = await terminal.json<{ listen: string; relays: { address: string }[] }>(['connect', 'status'])
  const ask = async () => {
    const { out, err } = await curl('--proxy', `http://${listen}`, 'http://relay.pac/')
    const which = servers.findIndex(({ running }) => out.includes(`"${running.portal}"`))
    return which < 0 ? out || err : which
  }
  const [first] = servers
  if (first === undefined) throw new Error('no relay')
  await until(async () => (await ask()) === 0, 'the first is preferred')

  first.running.child.kill('SIGKILL')
  await once(first.running.child, 'exit')
  t.equal(await ask(), 1)
  first.running = await first.start(relays[0]?.address ?? '')
  await until(async () => (await ask()) === 0, 'new connections go back')
})
