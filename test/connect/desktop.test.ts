import { once } from 'node:events'
import t from 'tap'
import { desktopOf, Enrolments, giveBack, systemRun, takeOver } from '../../relay/connect/index.ts'
import { commandLine } from '../commands/command-line.ts'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'
import { tempFolder } from '../temp-folder.ts'
import { fakeTools } from './fake-tools.ts'
import { enrolmentAt, overTls } from './start-connect.ts'

const url = 'http://127.0.0.1:8472/proxy.pac'

t.test('--system sets GNOME for as long as it runs, and what a killed one has left is set back at the next start', async (t) => {
  const tools = await fakeTools(t)
  await tools.set('mode', "'manual'\n")
  await tools.set('autoconfig-url', "'http://intranet.test/pac'\n")
  const { PATH } = process.env
  process.env.PATH = tools.path
  t.teardown(() => {
    process.env.PATH = PATH
  })
  const house = await startHouse(t, { origins: [await startRecordingOrigin(t)], config: overTls })
  const folder = await tempFolder(t)
  await new Enrolments(folder).put(await enrolmentAt(house))
  const cli = commandLine(t, folder)
  const start = async (...words: string[]) => {
    const { child, until } = cli.begin(['connect', '--folder', folder, '--listen', '127.0.0.1:0', ...words])
    await until(/New connections go to/)
    const { listen } = await cli.json<{ listen: string }>(['connect', 'status', '--folder', folder])
    return { child, listen }
  }
  const present = async () => [await tools.value('mode'), await tools.value('autoconfig-url')]
  const before = await present()

  const killed = await start('--system')
  t.same(await present(), ["'auto'", `'http://${killed.listen}/proxy.pac'`])
  killed.child.kill('SIGKILL')
  await once(killed.child, 'exit')
  t.not((await present())[0], before[0], 'nobody was there to set it back')

  const next = await start('--system')
  t.same(await present(), ["'auto'", `'http://${next.listen}/proxy.pac'`])
  next.child.kill('SIGTERM')
  await once(next.child, 'exit')
  t.same(await present(), before, 'as it was before the first')
})

t.test('what was set before is set back on macOS and Windows, where nothing was set too', async (t) => {
  for (const [platform, given] of [
    ['darwin', undefined],
    ['darwin', 'http://intranet.test/pac'],
    ['win32', undefined],
    ['win32', 'http://intranet.test/pac'],
  ] as const) {
    const tools = await fakeTools(t)
    if (given !== undefined) await tools.set('url', given)
    if (given !== undefined) await tools.set('on', 'Yes')
    const desktop = desktopOf(platform, systemRun({ PATH: tools.path }))
    const folder = await tempFolder(t)
    await takeOver(folder, desktop, url)
    t.equal(await tools.value('url'), url, platform)
    t.equal(await giveBack(folder, desktop), true)
    t.equal(await giveBack(folder, desktop), false, 'once')
    if (platform === 'win32') t.equal(await tools.value('url'), given)
    else t.same([await tools.value('on'), given && (await tools.value('url'))], given === undefined ? ['No', undefined] : ['Yes', given])
    const calls = await tools.calls()
    t.notOk(
      calls.some((call) => call.includes('Thunderbolt')),
      'a service that is switched off is left alone',
    )
    if (platform === 'darwin') t.ok(calls.includes(`networksetup -setautoproxyurl USB 10/100 LAN ${url}`), 'each service that is on')
  }
})

t.test('what a person has set meanwhile is left as it is', async (t) => {
  const tools = await fakeTools(t)
  await tools.set('mode', "'none'\n")
  await tools.set('autoconfig-url', "''\n")
  const desktop = desktopOf('linux', systemRun({ PATH: tools.path }))
  const folder = await tempFolder(t)
  await takeOver(folder, desktop, url)
  await tools.set('mode', "'manual'\n")
  await giveBack(folder, desktop)
  t.equal(await tools.value('mode'), "'manual'")
})

t.test('on a desktop that is not known the person is told what to do by hand', async (t) => {
  const desktop = desktopOf('linux', systemRun({ PATH: await tempFolder(t) }))
  await t.rejects(takeOver(await tempFolder(t), desktop, url), { code: 'desktop_unknown', next: new RegExp(url) })
})
