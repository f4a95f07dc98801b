import { readFileSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createFileStore } from '../../relay/store/index.ts'
import { tempFolder } from '../temp-folder.ts'

const linuxOnly = { skip: process.platform === 'linux' ? false : 'tells files by /proc' }
const text = 'what must not be lost'

/** Calls back at each fsync of this process, before it happens. */
async function watchSyncs(t: Test, folder: string, onSync: (kind: 'file' | 'folder') => void): Promise<void> {
  const handle = await open(folder, 'r')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const { sync } = prototype
  prototype.sync = async function (this: FileHandle) {
    onSync(statSync(`/proc/self/fd/${this.fd}`).isDirectory() ? 'folder' : 'file')
    return sync.call(this)
  }
  t.teardown(() => {
    prototype.sync = sync
  })
}

t.test('a put is acknowledged after fsync of the new file, rename, and fsync of the folder, in this order (law 5)', linuxOnly, async (t) => {
  const folder = await tempFolder(t)
  const path = join(folder, 'store.json')
  const store = createFileStore({ folder })
  await store.start()
  t.teardown(() => store.stop())
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

t.test('a thousand puts that arrive together share a write or two, and each is acknowledged', linuxOnly, async (t) => {
  const folder = await tempFolder(t)
  const store = createFileStore({ folder })
  await store.start()
  t.teardown(() => store.stop())
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
