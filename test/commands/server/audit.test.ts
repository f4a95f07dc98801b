import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { AuditRecord } from '../../../relay/audit/index.ts'
import { tempFolder } from '../../temp-folder.ts'
import { commandLine } from '../command-line.ts'

t.test('audit list, export and verify: what was done, all of it, and the place where somebody changed it', async (t) => {
  const folder = await tempFolder(t)
  const { run, json } = commandLine(t, folder)
  await json(['init', '--user', 'ann', '--password-stdin'], 'a portal password\n')
  await json(['device', 'add', 'laptop', '--user', 'ann'])
  const records = await json<AuditRecord[]>(['audit', 'list', '--act', 'device.'])
  t.match(records, [
    { act: 'device.add', outcome: 'done', who: { kind: 'local' }, from: { address: '127.0.0.1' } },
    { act: 'device.add', outcome: 'intent', details: { name: 'laptop' } },
  ])
  const listed = await run(['audit', 'list', '--act', 'device.'])
  t.match(listed.stdout, /^N +TIME +WHO +ACT +WHAT +OUTCOME\n\d+ .* local +device\.add .* done\n$/, 'told once, by what came of it')

  const file = join(folder, 'relay-data', 'audit', (await readdir(join(folder, 'relay-data', 'audit')))[0] ?? '')
  const exported = await run(['audit', 'export'])
  t.equal(exported.stdout, await readFile(file, 'utf8'), 'as it stands in the file')
  t.match((await run(['audit', 'export', '--format', 'cef'])).stdout, /^CEF:0\|login-relay\|login-relay\|/)
  t.equal((await run(['audit', 'export', '--format', 'xml'])).status, 2)

  const whole = await run(['audit', 'verify'])
  t.equal(whole.status, 0, whole.stderr)
  t.match(whole.stdout, /^The audit is whole: records 1 to \d+\. The last one's hash is [\w-]{43}\.\n$/)
  await writeFile(file, (await readFile(file, 'utf8')).replace('laptop', 'lapdog'))
  const changed = await run(['audit', 'verify'])
  t.equal(changed.status, 1)
  t.match(changed.stdout, /^The audit was changed\. \d+ records were read; these are the places:\n {2}audit-000000000001\.jsonl:\d+: record \d+ was changed/)
})
