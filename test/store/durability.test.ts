import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempFolder } from '../temp-folder.ts'
import { startStore } from './start-store.ts'
import { watchSyncs } from './watch-syncs.ts'

const text = 'what must not be lost'

t.test('a put is acknowledged after fsync of the new file, rename, and fsync of the folder, in this order (law 5)', async (t) => {
  const folder = await tempFolder(t)
  const path = join(folder, 'store.json')
  const store = await startStore(t, folder)
  const notes = store.collection<string>({ name: 'notes' })
  await notes.put('a', 'before')

  const order: string[] = []
  await watchSyncs(t, folder, (kind) => {
    const there = readFileSync(path, 'utf8').includes(text)
    const beside = readTemporary(`${path}.${process.pid}.tmp`)
    if (kind === 'file') order.push(!there && beside?.includes(text) ? 'file written beside the old one' : 'file synced too early')
    else order.push(there && beside === undefined ? 'renamed' : 'folder synced before the rename')
  })
  await notes.put('a', text)
  order.push('acknowledged')
  t.strictSame(order, ['file written beside the old one', 'renamed', 'acknowledged'])
})

t.test('a thousand puts that arrive together share a write or two, and each is acknowledged', async (t) => {
  const folder = await tempFolder(t)
  const store = await startStore(t, folder)
  const notes = store.collection<number>({ name: 'notes' })
  let writes = 0
  await watchSyncs(t, folder, (kind) => {
    if (kind === 'file') writes += 1
  })
  await notes.put('first', 0)
  t.equal(writes, 1)
  const early = notes.put('early', 1)
  const together = Array.from({ length: 1000 }, (_, i) => notes.put(`id ${i}`, i))
  await Promise.all([early, ...together])
  t.ok(writes <= 3, `${writes} writes`)

  const late: Promise<number>[] = []
  const slow = notes.put('slow', 1)
  setTimeout(() => late.push(...Array.from({ length: 10 }, (_, i) => notes.put(`late ${i}`, i))), 0)
  await slow
  await new Promise((resolve) => setTimeout(resolve, 5))
  await Promise.all(late)
  await store.stop()
  await store.start()
  t.equal((await notes.list()).length, 1013)
})

function readTemporary(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
