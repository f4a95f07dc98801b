import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
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

for (const given of [undefined, 'http://intranet.test/pac'])
  t.test(`on Windows what was set before is set back: ${given ?? 'nothing'}`, async (t) => {
    const tools = await fakeTools(t)
    if (given !== undefined) await tools.set('url', given)
    const desktop = desktopOf('win32', systemRun({ PATH: tools.path }))
    const folder = await tempFolder(t)
    await takeOver(folder, desktop, url)
    t.equal(await tools.value('url'), url)
    t.equal(await giveBack(folder, desktop), true)
    t.equal(await giveBack(folder, desktop), false, 'once')
    t.equal(await tools.value('url'), given)
  })

/** The settings of two network services, and a desktop that reads them. */
async function openMac(t: Test) {
  const tools = await fakeTools(t)
  const set = async (service: string, on: 'Yes' | 'No', address: string) => {
    await tools.set(`${service} on`, on)
    await tools.set(`${service} url`, address)
  }
  const present = async (service: string) => [await tools.value(`${service} on`), await tools.value(`${service} url`)]
  const folder = await tempFolder(t)
  return { tools, set, present, folder, desktop: desktopOf('darwin', systemRun({ PATH: tools.path })) }
}

t.test('on macOS each network service that is on gets back what it had, on or off', async (t) => {
  const { tools, set, present, folder, desktop } = await openMac(t)
  await set('LAN', 'No', 'http://intranet.test/pac')
  await takeOver(folder, desktop, url)
  for (const service of ['Wi-Fi', 'LAN']) t.same(await present(service), ['Yes', url])
  t.equal(await giveBack(folder, desktop), true)
  t.equal(await giveBack(folder, desktop), false, 'once')
  t.same(await present('LAN'), ['No', 'http://intranet.test/pac'])
  t.same(await present('Wi-Fi'), ['No', ''])
  t.notOk(
    (await tools.calls()).some((call) => call.includes('Thunderbolt')),
    'one that is switched off is left alone',
  )
})

t.test('on macOS a service that a person has changed is left as it is, one that he has switched off is not, one that is gone is passed over', async (t) => {
  const { tools, set, present, folder, desktop } = await openMac(t)
  await tools.set('services', 'Wi-Fi\nLAN\nUSB\n')
  await set('LAN', 'Yes', 'http://intranet.test/pac')
  await takeOver(folder, desktop, url)
  await set('Wi-Fi', 'Yes', 'http://another.test/pac')
  await tools.set('services', 'Wi-Fi\n*LAN\n')
  await giveBack(folder, desktop)
  t.same(await present('Wi-Fi'), ['Yes', 'http://another.test/pac'])
  t.same(await present('LAN'), ['Yes', 'http://intranet.test/pac'])
})

for (const step of ['takeOver', 'giveBack'])
  t.test(`on macOS a program that is killed in the middle of ${step} leaves nothing that its next start does not set back`, async (t) => {
    const { tools, set, present, folder, desktop } = await openMac(t)
    for (const service of ['Wi-Fi', 'LAN']) await set(service, 'No', 'http://intranet.test/pac')
    if (step === 'giveBack') await takeOver(folder, desktop, url)
    await tools.set('killed after', '')
    const code = `import { desktopOf, giveBack, systemRun, takeOver } from '${import.meta.resolve('../../relay/connect/index.ts')}'
      const desktop = desktopOf('darwin', systemRun(process.env))
      await ${step}(process.env.FOLDER, desktop, '${url}')`
    const env = { PATH: tools.path, FOLDER: folder }
    const failure = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { env }).catch((error: unknown) => error)
    t.match(failure, { signal: 'SIGKILL' })
    t.same(await present('Wi-Fi'), ['Yes', step === 'takeOver' ? url : 'http://intranet.test/pac'], 'half of it is done')
    await unlink(join(tools.state, 'killed after'))
    await giveBack(folder, desktop)
    for (const service of ['Wi-Fi', 'LAN']) t.same(await present(service), ['No', 'http://intranet.test/pac'], service)
  })

/** A GNOME desktop without a proxy, taken over. */
async function takenOver(t: Test) {
  const tools = await fakeTools(t)
  await tools.set('mode', "'none'\n")
  await tools.set('autoconfig-url', "''\n")
  const desktop = desktopOf('linux', systemRun({ PATH: tools.path }))
  const folder = await tempFolder(t)
  await takeOver(folder, desktop, url)
  return { tools, desktop, folder }
}

t.test('what a person has set meanwhile is left as it is', async (t) => {
  const { tools, desktop, folder } = await takenOver(t)
  await tools.set('mode', "'manual'\n")
  await giveBack(folder, desktop)
  t.equal(await tools.value('mode'), "'manual'")
})

t.test('what GNOME does not keep when it is set back is told, and set back the next time', async (t) => {
  const { tools, desktop, folder } = await takenOver(t)
  await tools.set('keeps nothing', '')
  await t.rejects(giveBack(folder, desktop), /needs the D-Bus session of a desktop/)
  t.equal(await tools.value('mode'), "'auto'")
  await unlink(join(tools.state, 'keeps nothing'))
  t.equal(await giveBack(folder, desktop), true, 'it is known still')
  t.same([await tools.value('mode'), await tools.value('autoconfig-url')], ["'none'", "''"])
})

const chosenSince: Readonly<Record<string, { readonly platform: NodeJS.Platform; readonly before: [string, string][]; readonly chosen: [string, string] }>> = {
  'the mode on GNOME': {
    platform: 'linux',
    before: [
      ['mode', "'none'"],
      ['autoconfig-url', "''"],
    ],
    chosen: ['mode', "'manual'"],
  },
  'the address on GNOME': {
    platform: 'linux',
    before: [
      ['mode', "'none'"],
      ['autoconfig-url', "''"],
    ],
    chosen: ['autoconfig-url', "'http://another.test/pac'"],
  },
  'the address on macOS': { platform: 'darwin', before: [], chosen: ['LAN url', 'http://another.test/pac'] },
  'the address on Windows': { platform: 'win32', before: [], chosen: ['url', 'http://another.test/pac'] },
}
for (const [what, { platform, before, chosen }] of Object.entries(chosenSince))
  t.test(`${what} that a person has chosen after setting back had failed is left as it is`, async (t) => {
    const tools = await fakeTools(t)
    for (const [name, value] of before) await tools.set(name, value)
    const run = systemRun({ PATH: tools.path })
    const desktop = desktopOf(platform, run)
    const folder = await tempFolder(t)
    await takeOver(folder, desktop, url)
    const changing = /^(set|-set.*|add|delete)$/
    const failing = desktopOf(platform, (command, ...words) =>
      changing.test(words[0] as string) ? Promise.reject(new Error('not now')) : run(command, ...words),
    )
    await t.rejects(giveBack(folder, failing), /not now/)
    await tools.set(...chosen)
    const mode = await tools.value('mode')
    t.equal(await giveBack(folder, desktop), true)
    t.equal(await tools.value(chosen[0]), chosen[1])
    t.equal(await tools.value('mode'), mode, 'and what makes it count')
  })

t.test('where no desktop takes the setting the person is told why, and what to do by hand', async (t) => {
  const folder = await tempFolder(t)
  const nowhere = desktopOf('linux', systemRun({ PATH: await tempFolder(t) }))
  await t.rejects(takeOver(folder, nowhere, url), { code: 'desktop_unknown', message: /there is no `gsettings` here/, next: new RegExp(url) })
  const tools = await fakeTools(t)
  await tools.set('mode', "'none'\n")
  await tools.set('autoconfig-url', "''\n")
  await tools.set('keeps nothing', '')
  const withoutBus = desktopOf('linux', systemRun({ PATH: tools.path }))
  await t.rejects(takeOver(folder, withoutBus, url), { code: 'desktop_unknown', message: /needs the D-Bus session of a desktop/ })
  t.equal(await giveBack(folder, withoutBus), false, 'nothing is left to be set back')
})
