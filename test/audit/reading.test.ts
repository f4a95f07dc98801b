import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import type { Principal } from '../../relay/identity/index.ts'
import { readableRecords } from '../../relay/portal/readable-records.ts'
import { startPortal } from '../portal/start-portal.ts'
import { tempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { auditFiles, openAudit, writeSome } from './open-audit.ts'

const user = { id: 'u1', name: 'bob', role: 'member', createdAt: 1 } as const
const session = { id: 's', userId: 'u1', createdAt: 1, lastUsedAt: 1, expiresAt: 2, agent: '', address: '', csrf: '', verifiedAt: 1 }
const bob: Principal = { kind: 'portal', user, session }

t.test('one question of a person looks at 20,000 records, and says where to go on', async (t) => {
  const { audit } = await openAudit(t, await tempFolder(t))
  await audit.record({ act: 'device.add', outcome: 'done', owner: 'u1' })
  const others = Array.from({ length: 20_050 }, () => audit.record({ act: 'test.act', outcome: 'done', owner: 'u2' }))
  await Promise.all(others)
  t.same(await readableRecords({ audit }, bob, { limit: 10 }), { records: [], next: 52 })
  const rest = await readableRecords({ audit }, bob, { limit: 10, before: 52 })
  t.match(rest, { records: [{ n: 1 }] })
  t.equal(rest.next, undefined)
  const local = await readableRecords({ audit }, { kind: 'local' }, { limit: 10, act: 'device.' })
  t.match(local.records, [{ n: 1 }], 'who holds the data directory is shown everything at once')
})

t.test('files that hold nothing older are not read', async (t) => {
  const folder = await tempFolder(t)
  const { audit } = await openAudit(t, folder, { fileBytes: 1000 })
  await writeSome(audit, 20)
  const last = join(folder, 'audit', (await auditFiles(folder)).at(-1) ?? '')
  await rm(last)
  await mkdir(last)
  const numbers: number[] = []
  for await (const { n } of audit.newest(5)) numbers.push(n)
  t.same(numbers, [4, 3, 2, 1])
  await rm(last, { recursive: true })
})

t.test('nobody who acts waits while the chain is verified', { timeout: 60_000 }, async (t) => {
  const folder = await tempFolder(t)
  const { audit } = await openAudit(t, folder, { fileBytes: 1000 })
  await writeSome(audit, 20)
  const first = join(folder, 'audit', (await auditFiles(folder))[0] ?? '')
  const content = await readFile(first)
  await rm(first)
  // Whoever reads it waits until somebody writes to it.
  await promisify(execFile)('mkfifo', [first])
  // A reader who waits in vain would keep this process for ever.
  t.teardown(async () => (await open(first, constants.O_RDWR | constants.O_NONBLOCK).catch(() => undefined))?.close())
  const verified = audit.verify()
  t.equal(await audit.record({ act: 'test.act', outcome: 'done' }), 21)
  t.equal(await audit.record({ act: 'test.act', outcome: 'done' }), 22)
  let pipe: FileHandle | undefined
  await until(async () => {
    pipe = await open(first, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined)
    return pipe !== undefined
  }, 'it is read')
  await pipe?.writeFile(content)
  await pipe?.close()
  t.match(await verified, { ok: true, breaks: [] })
  await rm(first)
})

t.test('the API and the page lead on to older records', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const first = await browser.get('/api/v1/audit?limit=1&act=device.')
  const [newest] = JSON.parse(first.body)
  t.equal(first.headers.get('link'), `</api/v1/audit?limit=1&act=device.&before=${newest.n}>; rel="next"`)
  const second = await browser.get('/api/v1/audit?limit=100&act=device.')
  t.equal(second.headers.get('link'), null, 'there are no more')
  const mark = JSON.parse(second.body).at(-1).n
  t.notMatch((await browser.get(`/record?before=${mark}`)).body, /Older/)
})

t.test('a person exports once at a time, and then again', async (t) => {
  const relay = await startPortal(t)
  const ann = await relay.signedIn(relay.ann)
  const bob = await relay.signedIn(relay.bob)
  const gate = Promise.withResolvers<void>()
  const oldest = relay.audit.oldest.bind(relay.audit)
  const waiting = t.intercept(relay.audit, 'oldest', {
    value: async function* () {
      yield* oldest()
      await gate.promise
    },
  })
  const path = '/api/v1/audit/export'
  const first = ann.get(path)
  await until(() => waiting().length === 1, 'the first is under way')
  t.equal((await ann.get(path)).status, 429)
  waiting.restore()
  t.equal((await bob.get(path)).status, 200, 'another person has his own')
  gate.resolve()
  t.equal((await first).status, 200)
  t.equal((await ann.get(path)).status, 200)
})
