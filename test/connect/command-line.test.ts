import { once } from 'node:events'
import t from 'tap'
import { commandLine } from '../commands/command-line.ts'
import { curl } from '../proxy/curl.ts'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'
import { tempFolder } from '../temp-folder.ts'
import { overTls } from './start-connect.ts'

t.test('a person enrols the client, runs it, asks how it is, and stops it', async (t) => {
  const site = await startRecordingOrigin(t, { scheme: 'http' })
  const house = await startHouse(t, { origins: [site], config: overTls })
  const cli = commandLine(t, await tempFolder(t))

  const { username, password } = new URL(house.proxyUrl)
  const terminal = { LOGIN_RELAY_URL: house.portalUrl, LOGIN_RELAY_DEVICE: `${username}:${password}` }
  const enrolled = await cli.run(['device', 'enroll', '--connect'], '', terminal)
  t.match(enrolled, { status: 0, stdout: `${username} is enrolled at ${house.proxy.tlsAddress}, good until`, stderr: /Next: login-relay connect/ })

  const { child, until } = cli.begin(['connect', '--listen', '127.0.0.1:0'])
  await until(/New connections go to 127\.0\.0\.1:\d+/)
  const state = await cli.json<{ listen: string; relays: unknown[] }>(['connect', 'status'])
  t.match(state, { current: house.proxy.tlsAddress, relays: [{ state: 'up', device: username }] })
  t.match(await curl('--proxy', `http://${state.listen}`, `${site.origin}/page`), { out: /^GET \/page/ })
  t.match((await cli.run(['connect', 'status'])).stdout, /Relay {3}127[\s\S]*CERTIFICATE UNTIL[\s\S]* up /)

  t.match(await cli.run(['connect', 'forget', house.proxy.tlsAddress as string]), { status: 2, stderr: /Stop it first/ }, 'it would be kept again')
  child.kill('SIGTERM')
  t.same(await once(child, 'exit'), [0, null])
  t.match(await cli.run(['connect', 'status']), { status: 1, stderr: /does not run/ })
  t.match(await cli.run(['connect', 'forget', house.proxy.tlsAddress as string]), { status: 0, stdout: /Forgot/ })
  t.match(await cli.run(['connect']), { status: 1, stderr: /enrolled at no relay/ })
})
