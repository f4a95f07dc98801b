import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Audit, AuditRecord } from '../../relay/audit/index.ts'
import { tempFolder } from '../temp-folder.ts'
import { auditFiles, openAudit, writeSome } from './open-audit.ts'

const writer = join(import.meta.dirname, 'writer.ts')

/** Runs the writer by a shell, with a limit of its; gives what it printed. `until`: it is killed once it has acknowledged so many. */
async function runWriter(t: Test, folder: string, { shell = '', until = Number.POSITIVE_INFINITY } = {}): Promise<string[]> {
  const child = spawn('bash', ['-c', `${shell} exec "$0" "$@"`, process.execPath, writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    if (printed.split('\n').length > until) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return printed.split('\n').slice(0, -1)
}

async function newestOf(audit: Audit): Promise<AuditRecord | undefined> {
  for await (const record of audit.newest()) return record
  return undefined
}

async function readAll(audit: Audit): Promise<number[]> {
  const numbers: number[] = []
  for await (const { n } of audit.oldest()) numbers.push(n)
  return numbers
}

t.test('two hundred acts at once make one chain, and share writes', async (t) => {
  const { audit } = await openAudit(t, await tempFolder(t))
  const numbers = await Promise.all(Array.from({ length: 200 }, (_, i) => audit.record({ act: 'test.act', outcome: 'done', details: { i } })))
  t.same(new Set(numbers).size, 200)
  t.match(await audit.verify(), { ok: true, records: 200, head: { n: 200 } })
})

t.test('after kill -9 every acknowledged record is there, and the chain goes on', async (t) => {
  const folder = await tempFolder(t)
  await (await openAudit(t, folder)).close()
  let acknowledged = 0
  for (let run = 0; run < 3; run++) {
    const printed = await runWriter(t, folder, { until: 60 })
    acknowledged = Math.max(acknowledged, ...printed.map(Number).filter((n) => !Number.isNaN(n)))
  }
  t.ok(acknowledged > 100, `${acknowledged} were acknowledged`)
  const { audit } = await openAudit(t, folder)
  const report = await audit.verify()
  t.match(report, { ok: true, breaks: [] })
  t.ok(report.head.n >= acknowledged)
})

t.test('an unfinished record at the end is taken for one that nobody was told was written: it goes, the log says so, nothing is broken', async (t) => {
  const folder = await tempFolder(t)
  const first = await openAudit(t, folder)
  await writeSome(first.audit, 3)
  await first.close()
  await appendFile(join(folder, 'audit', (await auditFiles(folder))[0] ?? ''), '{"n":4,"at":"2026-')
  const { audit, logged } = await openAudit(t, folder)
  await writeSome(audit, 1)
  t.match(await audit.verify(), { ok: true, records: 4 })
  t.match(logged(), /unfinished record/)
})

t.test('where the disk takes no more, the act is refused; what was acknowledged stays whole, and the chain goes on where there is room', async (t) => {
  const folder = await tempFolder(t)
  await (await openAudit(t, folder)).close()
  // A file may grow to 16 KiB: the kernel refuses the rest, in the middle of a record too.
  const printed = await runWriter(t, folder, { shell: 'ulimit -f 16;' })
  t.equal(printed.at(-1), 'refused audit_unwritable')
  const acknowledged = printed.map(Number).filter((n) => !Number.isNaN(n))
  t.ok(acknowledged.length > 10, `${acknowledged.length} were acknowledged`)
  const { audit, logged } = await openAudit(t, folder)
  await writeSome(audit, 1)
  const report = await audit.verify()
  t.match(report, { ok: true, breaks: [] })
  t.same(
    acknowledged.filter((n) => n > report.head.n),
    [],
  )
  t.notMatch(logged(), /unfinished record/, 'the part that was written was taken back at once')
  t.same(
    await readAll(audit),
    Array.from({ length: report.head.n }, (_, i) => i + 1),
  )
})

t.test('whole files go once their records are too old; the rest still verifies, and from where is said', async (t) => {
  const folder = await tempFolder(t)
  let now = Date.UTC(2026, 0, 1)
  const choices = { now: () => now, fileBytes: 1000, settings: { retentionDays: 30 } }
  const first = await openAudit(t, folder, choices)
  await writeSome(first.audit, 12)
  now += 20 * 86_400_000
  await writeSome(first.audit, 12)
  await first.close()
  const before = await auditFiles(folder)
  now += 15 * 86_400_000
  const { audit, close } = await openAudit(t, folder, choices)
  const after = await auditFiles(folder)
  t.ok(after.length < before.length, `${before.length} files, then ${after.length}`)
  const report = await audit.verify()
  t.match(report, { ok: true, breaks: [] })
  t.ok(report.from > 1 && report.from <= 13, `from ${report.from} on`)
  t.match(await newestOf(audit), { act: 'audit.let-go', details: { first: 1, last: report.from - 1 } })
  await close()
  t.match(await (await openAudit(t, folder, choices)).audit.verify(), { ok: true, from: report.from })
})
