import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { tempFolder } from '../temp-folder.ts'
import { auditFiles, openAudit, tamper, writeSome } from './open-audit.ts'

t.test('a new file that cannot be made durable is not left in the way of the next try', async (t) => {
  const folder = await tempFolder(t)
  // With one file descriptor left, the file is opened and its folder is not.
  const script = `
    import { closeSync, openSync } from 'node:fs'
    import { AppendedFile } from ${JSON.stringify(join(import.meta.dirname, '../../relay/audit/appended-file.ts'))}
    const file = { name: 'a', path: ${JSON.stringify(join(folder, 'a'))}, first: 1, again: 0 }
    const held = []
    try { for (;;) held.push(openSync('/dev/null')) } catch {}
    closeSync(held.pop())
    const first = await AppendedFile.create(file).then(() => 'made', ({ code }) => code)
    for (const one of held) closeSync(one)
    await (await AppendedFile.create(file)).close()
    console.log(first)`
  const { stdout } = await promisify(execFile)('bash', ['-c', 'ulimit -n 64; exec "$0" --input-type=module -e "$1"', process.execPath, script])
  t.equal(stdout.trim(), 'EMFILE')
})

t.test('a file of somebody else in the place of the next one is left as it is, named, and the chain goes on beside it', async (t) => {
  const folder = await tempFolder(t)
  const { audit, close } = await openAudit(t, folder)
  await writeSome(audit, 3)
  await tamper(folder, (lines) => lines.slice(0, 2))
  await writeFile(join(folder, 'audit', 'audit-000000000004.jsonl'), 'nothing\n')
  await writeSome(audit, 2)
  t.same(await auditFiles(folder), ['audit-000000000001.jsonl', 'audit-000000000004-1.jsonl', 'audit-000000000004.jsonl'])
  const { breaks, head } = await audit.verify()
  t.equal(head.n, 5)
  t.match(breaks[0], { file: 'audit-000000000004.jsonl', problem: 'unreadable' })
  await close()
  const again = await openAudit(t, folder)
  await writeSome(again.audit, 1)
  t.match(await again.audit.verify(), { head: { n: 6 }, breaks }, 'and nothing else is broken')
  const numbers: number[] = []
  for await (const { n } of again.audit.oldest()) numbers.push(n)
  t.same(numbers, [1, 2, 4, 5, 6])
})

t.test('a relay that was killed before the first record of a new file goes on after the last record there is', async (t) => {
  const folder = await tempFolder(t)
  const first = await openAudit(t, folder)
  await writeSome(first.audit, 3)
  await first.close()
  await writeFile(join(folder, 'audit', 'audit-000000000004.jsonl'), '')
  const { audit } = await openAudit(t, folder)
  await writeSome(audit, 1)
  t.match(await audit.verify(), { ok: true, records: 4, breaks: [] })
})
