import { once } from 'node:events'
import t from 'tap'
import { commandLine } from '../commands/command-line.ts'
import { curl } from '../proxy/curl.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'
import { openTerminal } from './curl-terminal.ts'

t.test('a relay that is started again on its folder goes on with the sessions it had', async (t) => {
  const site = await startTwoStepSite({ username: 'ann@example.test', password: 'correct horse' })
  t.teardown(() => site.stop())
  const folder = await tempFolder(t)
  const first = await startRelay(t, { folder })
  const { device } = await enrol(first, { url: site.url, username: 'ann@example.test', password: 'correct horse' })
  t.equal((await openTerminal(t, first, device).get(`${site.origin}/home`)).status, 200)
  const ca = first.certificateAuthority.pem()
  await first.stop()

  const second = await startRelay(t, { folder })
  t.equal(second.certificateAuthority.pem(), ca, 'terminals need not trust another CA')
  t.match((await openTerminal(t, second, device).get(`${site.origin}/home`)).body.toString(), /Hello ann@example\.test/)
  t.same(site.book.outcomes, ['signed-in'], 'no second sign-in')
})

t.test('kill -9 of the server: it is up again at once, with every account, and with the session as the site left it', async (t) => {
  const site = await startRotatingSite({ password: 'correct horse' })
  t.teardown(() => site.stop())
  const line = commandLine(t, await tempFolder(t))
  await line.json(['init', '--user', 'ann', '--password-stdin'], 'a portal password\n')
  await line.json(['site', 'add', site.url, '--id', 'erp', '--yes'])
  await line.json(['account', 'add', 'erp', '--user', 'ann', '--username', 'ann', '--password-stdin'], 'correct horse\n')
  const { device, token } = await line.json<{ device: string; token: string }>(['device', 'add', 'laptop', '--user', 'ann'])
  const home = (proxy: string) => curl('--include', '--proxy', `http://${device}:${token}@${proxy}`, `${site.origin}/home`)

  let server = await line.serve()
  t.match((await home(server.proxy)).out, /Signed in as ann/)
  for (let round = 0; round < 2; round++) {
    // Added while it runs and answered: an acknowledged write.
    const added = ['account', 'add', 'erp', '--user', 'ann', '--username', 'ann', '--name', `more-${round}`, '--password-stdin']
    await line.json(added, 'another\n')
    server.child.kill('SIGKILL')
    await once(server.child, 'exit')
    const began = performance.now()
    server = await line.serve()
    t.ok(performance.now() - began < 60_000, 'no lock is waited for')
    const names = (await line.json<{ name: string }[]>(['account', 'list'])).map(({ name }) => name)
    t.same(names, ['erp', ...Array.from({ length: round + 1 }, (_, index) => `more-${index}`)])
    t.match((await home(server.proxy)).out, /account_ambiguous/, 'the device is known')
  }
  for (const name of ['more-0', 'more-1']) await line.json(['account', 'remove', name, '--user', 'ann'])
  t.match((await home(server.proxy)).out, /Signed in as ann/)
  t.ok(site.book.outcomes.length <= 2, 'a cookie that the site changed in the last moment may be lost; the password is right all the same')
  t.notOk(site.book.outcomes.includes('wrong-password'))
})
