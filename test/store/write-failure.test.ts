import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rmdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Collection, createFileStore, type Store } from '../../relay/store/index.ts'
import { tempFolder } from '../temp-folder.ts'
import { startStore } from './start-store.ts'

interface Open {
  readonly folder: string
  readonly store: Store
  readonly notes: Collection<string>
  /** What the next write goes to before it is renamed. */
  readonly temporary: string
}

async function open(t: Test): Promise<Open> {
  const folder = await tempFolder(t)
  const store = await startStore(t, folder)
  const notes = store.collection<string>({ name: 'notes', indexes: { text: (text) => [text] } })
  await notes.put('a', 'kept')
  return { folder, store, notes, temporary: join(folder, `store.json.${process.pid}.tmp`) }
}

t.test(
  'a full disk refuses the put, memory and file stay as before, and the next put works',
  { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' },
  async (t) => {
    const { folder, store, notes, temporary } = await open(t)
    const before = await readFile(join(folder, 'store.json'))
    const heard: string[] = []
    notes.watch(({ id }) => heard.push(id))
    await symlink('/dev/full', temporary)
    const failed = await notes.put('a', 'lost').then(
      () => undefined,
      (error) => error,
    )
    t.match(failed, { code: 'data_unwritable', cause: { code: 'ENOSPC' } })
    t.strictSame(await notes.list(), [{ id: 'a', version: 1, value: 'kept' }])
    t.strictSame(await readFile(join(folder, 'store.json')), before)
    t.strictSame(heard, [])

    t.equal(await notes.put('a', 'again'), 2)
    await store.stop()
    await store.start()
    t.strictSame((await notes.get('a'))?.value, 'again')
  },
)

t.test('all changes that wait when a write fails are undone together, those built on others too', async (t) => {
  const { notes, temporary } = await open(t)
  await mkdir(temporary)
  const results = await Promise.allSettled([
    notes.put('a', 'second', { ifVersion: 1 }),
    notes.put('a', 'third', { ifVersion: 2 }),
    notes.put('b', 'new'),
    notes.delete('b'),
    notes.delete('a', { ifVersion: 3 }),
    notes.put('c', 'new'),
  ])
  t.ok(results.every((result) => result.status === 'rejected' && result.reason.code === 'data_unwritable'))
  t.strictSame(await notes.list(), [{ id: 'a', version: 1, value: 'kept' }])
  const found = async (key: string) => (await notes.list({ index: { name: 'text', key } })).length
  t.strictSame([await found('kept'), await found('second'), await found('third'), await found('new')], [1, 0, 0, 0])
  await rmdir(temporary)
  t.equal(await notes.put('a', 'now'), 2)
})

t.test('an index that throws refuses the put and changes nothing', async (t) => {
  const { store } = await open(t)
  const picky = store.collection<{ owner?: string }>({ name: 'picky', indexes: { owner: ({ owner }) => [(owner as string).toLowerCase()] } })
  await picky.put('a', { owner: 'Ann' })
  await t.rejects(picky.put('a', {}), TypeError)
  t.strictSame(await picky.list({ index: { name: 'owner', key: 'ann' } }), [{ id: 'a', version: 1, value: { owner: 'Ann' } }])
})

t.test('a data directory that cannot be made or written is refused with its name', async (t) => {
  const parent = await tempFolder(t)
  const file = join(parent, 'file')
  await writeFile(file, '')
  for (const folder of [file, join(file, 'below')]) {
    await t.rejects(createFileStore({ folder }).start(), { code: 'data_unwritable', params: { dir: folder } })
  }
  const inTheWay = join(parent, 'data')
  await mkdir(join(inTheWay, 'lock'), { recursive: true })
  await t.rejects(createFileStore({ folder: inTheWay }).start(), { code: 'data_unwritable' }, 'a folder where the lock belongs')
})

t.test('a read-only data directory is refused', async (t) => {
  const folder = await tempFolder(t)
  await chmod(folder, 0o500)
  if (process.getuid?.() === 0) {
    // Root writes everywhere, so this runs as nobody.
    await chown(folder, 65534, 65534)
    process.seteuid?.(65534)
    t.teardown(() => process.seteuid?.(0))
  }
  await t.rejects(createFileStore({ folder }).start(), { code: 'data_unwritable' })
})

t.test('the folder is for its owner alone, and so is every file in it', async (t) => {
  const folder = join(await tempFolder(t), 'made', 'by the store')
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const store = await startStore(t, folder)
  await store.collection({ name: 'notes' }).put('a', 1)
  const mode = async (...path: string[]) => ((await stat(join(folder, ...path))).mode & 0o777).toString(8)
  t.strictSame([await mode(), await mode('store.json'), await mode('lock')], ['700', '600', '600'])
})
