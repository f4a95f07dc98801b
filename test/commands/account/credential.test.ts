import t from 'tap'
import { startChangingSite } from '../../sites/changing-site.ts'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'

t.test('account rotate prints its steps, account versions lists, account revert goes back; no value is ever printed', async (t) => {
  const business = await startChangingSite({ password: 'first one' })
  t.teardown(() => business.stop())
  const { run, json, serve } = commandLine(t, await tempFolder(t))
  await run(['init', '--user', 'ann', '--password-stdin'], 'a long enough password\n')
  await serve()
  await json(['site', 'add', business.url, '--id', 'erp', '--yes'])
  await json(['account', 'add', 'erp', '--user', 'ann', '--username', 'ann', '--password-stdin'], 'first one\n')

  business.behave('says-yes-does-nothing')
  const kept = await run(['account', 'rotate', 'erp'])
  t.equal(kept.status, 1)
  t.match(kept.stdout, /The password of erp is as it was/)
  business.behave('honest')
  const rotated = await run(['account', 'rotate', 'erp'])
  t.equal(rotated.status, 0, rotated.stderr)
  t.match(rotated.stdout, /\d+ ms {2}new password sent/)
  t.match(rotated.stdout, /erp has a new password \(version 3\)/)
  const versions = await run(['account', 'versions', 'erp'])
  t.match(versions.stdout, /^VERSION +STATE.*\n3 +present +rotated.*\n1 +previous +added.*\n2 +unproved +rotated/)
  t.match(await json(['account', 'revert', 'erp', '--version', '1']), [{ version: 4, state: 'present', cause: 'reverted' }, {}, {}, {}])
  for (const { stdout, stderr } of [rotated, versions, kept]) t.notMatch(stdout + stderr, business.password())
  t.match((await run(['account', 'rotate', 'erp', '--every', '30', '--after-use'])).stdout, /every 30 days and after each session/)
  t.match((await run(['account', 'rotate', 'erp', '--every', '1'])).stdout, /every 1 day\./, 'one is told as one')
  t.equal((await run(['account', 'rotate', 'erp', '--every', 'often'])).status, 2)
})
