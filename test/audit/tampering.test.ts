import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { tempFolder } from '../temp-folder.ts'
import { auditFiles, openAudit, tamper, writeSome } from './open-audit.ts'

/** Ten records, then the change, then a start on what is there. */
async function afterChange(t: Test, change: (lines: string[]) => string[]) {
  const folder = await tempFolder(t)
  const first = await openAudit(t, folder)
  await writeSome(first.audit, 10)
  await first.close()
  await tamper(folder, change)
  const second = await openAudit(t, folder)
  return { report: await second.audit.verify(), ...second }
}

t.test('a chain that nobody touched is whole, before and after a restart', async (t) => {
  const folder = await tempFolder(t)
  const first = await openAudit(t, folder)
  await writeSome(first.audit, 10)
  t.match(await first.audit.verify(), { ok: true, records: 10, from: 1, head: { n: 10 }, breaks: [] })
  await first.close()
  const second = await openAudit(t, folder)
  await writeSome(second.audit, 1)
  t.match(await second.audit.verify(), { ok: true, records: 11, head: { n: 11 } })
  t.same(await auditFiles(folder), ['audit-000000000001.jsonl'], 'in the same file')
})

t.test('a changed record is named with its line', async (t) => {
  const { report, logged } = await afterChange(t, (lines) => lines.with(4, (lines[4] ?? '').replace('"i":5', '"i":6')))
  t.match(report.breaks, [{ file: 'audit-000000000001.jsonl', line: 5, problem: 'changed', text: /record 5 was changed/ }])
  t.equal(report.breaks.length, 1)
  t.match(logged(), /the audit was changed/)
})

t.test('a changed record is found with its hash made anew and every later one too: the key is missing', async (t) => {
  const { createHash } = await import('node:crypto')
  const { report } = await afterChange(t, (lines) => {
    const made = [...lines]
    made[4] = (made[4] ?? '').replace('"i":5', '"i":6')
    for (let i = 5; i < made.length; i++) {
      const prev = createHash('sha256')
        .update(made[i - 1] ?? '')
        .digest('base64url')
      made[i] = (made[i] ?? '').replace(/"prev":"[^"]+"/, `"prev":"${prev}"`)
    }
    return made
  })
  t.match(report.breaks[0], { line: 5, problem: 'changed' })
})

t.test('a removed record is named with its place', async (t) => {
  const { report } = await afterChange(t, (lines) => lines.toSpliced(4, 1))
  t.match(report.breaks, [{ line: 5, problem: 'missing', text: /^record 5 is missing before it/ }])
})

t.test('swapped records are named with their places', async (t) => {
  const { report } = await afterChange(t, (lines) => lines.with(4, lines[5] ?? '').with(5, lines[4] ?? ''))
  t.match(report.breaks, [
    { line: 5, problem: 'missing' },
    { line: 6, problem: 'moved', text: /record 5 stands behind record 6/ },
  ])
})

t.test('records cut off at the end are missed, and the hole stays when the chain goes on', async (t) => {
  const { report, audit } = await afterChange(t, (lines) => lines.slice(0, 7))
  t.match(report.breaks, [{ line: 1, problem: 'missing', text: /records 8 to 10 are missing/ }], 'a new file goes on')
  await writeSome(audit, 2)
  t.match((await audit.verify()).breaks, [{ problem: 'missing', text: /records 8 to 10/ }])
})

t.test('a record cut in the middle is missed', async (t) => {
  const folder = await tempFolder(t)
  const first = await openAudit(t, folder)
  await writeSome(first.audit, 10)
  await first.close()
  const path = join(folder, 'audit', 'audit-000000000001.jsonl')
  const { readFile } = await import('node:fs/promises')
  await writeFile(path, (await readFile(path, 'utf8')).slice(0, -20))
  const { audit } = await openAudit(t, folder)
  t.match((await audit.verify()).breaks, [{ problem: 'missing', text: /record 10 is missing/ }])
})

t.test('a forged record at the end is named', async (t) => {
  const { report } = await afterChange(t, (lines) => [...lines, (lines[9] ?? '').replace('"n":10', '"n":11')])
  t.match(report.breaks, [{ line: 11, problem: 'changed' }])
})

t.test('a genuine record that is written a second time is named', async (t) => {
  const { report } = await afterChange(t, (lines) => [...lines, lines[3] ?? ''])
  t.match(report.breaks, [{ line: 11, problem: 'moved' }])
})

t.test('a line that is no record is named', async (t) => {
  const { report } = await afterChange(t, (lines) => lines.with(2, 'nothing'))
  t.match(report.breaks, [{ line: 3, problem: 'unreadable' }])
  t.equal(report.breaks.length, 1)
})

t.test('a file that is gone is missed, be it one in the middle or all of them', async (t) => {
  const folder = await tempFolder(t)
  const { audit, close } = await openAudit(t, folder, { fileBytes: 1000 })
  await writeSome(audit, 20)
  const files = await auditFiles(folder)
  t.ok(files.length > 3, `${files.length} files`)
  t.match(await audit.verify(), { ok: true, records: 20 })
  await rm(join(folder, 'audit', files[1] ?? ''))
  t.match((await audit.verify()).breaks, [{ file: files[2], line: 1, problem: 'missing' }])
  await close()
  await rm(join(folder, 'audit'), { recursive: true })
  const again = await openAudit(t, folder)
  t.match((await again.audit.verify()).breaks, [{ problem: 'missing', text: /records 1 to 20 are/ }])
})

t.test('what is changed while the relay runs is found, and what follows goes to a new file', async (t) => {
  const folder = await tempFolder(t)
  const { audit, logged } = await openAudit(t, folder)
  await writeSome(audit, 3)
  await tamper(folder, (lines) => lines.slice(0, 2))
  t.match((await audit.verify()).breaks, [{ problem: 'missing', text: /record 3 is missing/ }])
  await writeSome(audit, 1)
  t.same(await auditFiles(folder), ['audit-000000000001.jsonl', 'audit-000000000004.jsonl'])
  t.match((await audit.verify()).breaks, [{ file: 'audit-000000000004.jsonl', line: 1, problem: 'missing', text: /record 3 is/ }])
  t.match(logged(), /somebody else changed the audit/)
})

t.test('an anchor that was taken out of the store, or made by somebody else, is named', async (t) => {
  const folder = await tempFolder(t)
  const first = await openAudit(t, folder)
  await writeSome(first.audit, 3)
  await first.close()
  const { createFileStore } = await import('../../relay/store/index.ts')
  const store = createFileStore({ folder })
  await store.start()
  await store.collection({ name: 'audit-anchor' }).delete('anchor')
  await store.stop()
  const { audit } = await openAudit(t, folder)
  t.match((await audit.verify()).breaks, [{ problem: 'anchor', file: 'store' }])
})
