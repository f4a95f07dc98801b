import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { createFileStore } from '../../relay/store/index.ts'
import { tempFolder } from '../temp-folder.ts'
import { startStore } from './start-store.ts'

const door = new URL('../../relay/store/index.ts', import.meta.url).href

/** Starts a store on the folder in another process; gives what it prints, the error stream apart. */
async function startElsewhere(folder: string): Promise<{ out: string; err: string }> {
  const program = `
    const { createFileStore } = await import(${JSON.stringify(door)})
    const store = createFileStore({ folder: ${JSON.stringify(folder)} })
    await store.start().then(() => console.log('opened'), (error) => console.log(error.code))
    await store.stop()`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { out: out.trim(), err }
}

t.test('a second process on the same data directory is refused, and let in once the first has stopped', async (t) => {
  const folder = await tempFolder(t)
  const store = await startStore(t, folder)
  const notes = store.collection<number>({ name: 'notes' })
  await notes.put('a', 1)
  const file = await readFile(join(folder, 'store.json'))
  t.match(await startElsewhere(folder), { out: 'data_in_use' })
  t.strictSame(await readFile(join(folder, 'store.json')), file)
  t.equal(await notes.put('a', 2), 2, 'the first goes on')
  await store.stop()
  t.match(await startElsewhere(folder), { out: 'opened' })
})

t.test('nothing but our own words is printed while a store opens', async (t) => {
  t.strictSame(await startElsewhere(await tempFolder(t)), { out: 'opened', err: '' })
})

t.test('other warnings are still heard after a store has opened', async (t) => {
  const { emitWarning } = process
  const folder = await tempFolder(t)
  const stores = [createFileStore({ folder }), createFileStore({ folder: join(folder, 'other') })]
  await Promise.all(stores.map((store) => store.start()))
  t.equal(process.emitWarning, emitWarning)
  await Promise.all(stores.map((store) => store.stop()))
})

t.test('two stores of one process conflict as well, by any path to the folder', async (t) => {
  const folder = await tempFolder(t)
  const first = createFileStore({ folder })
  const second = createFileStore({ folder: join(folder, '..', folder.split('/').at(-1) ?? '') })
  await first.start()
  await t.rejects(second.start(), { code: 'data_in_use' })
  await second.stop()
  await t.rejects(second.start(), { code: 'data_in_use' }, 'stopping the refused one does not free the lock')
  await first.stop()
  await second.start()
  await second.stop()
})

t.test('of ten stores that start at once, one opens', async (t) => {
  const folder = await tempFolder(t)
  const stores = Array.from({ length: 10 }, () => createFileStore({ folder }))
  const results = await Promise.allSettled(stores.map((store) => store.start()))
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  t.ok(results.every((result) => result.status === 'fulfilled' || result.reason.code === 'data_in_use'))
  await Promise.all(stores.map((store) => store.stop()))
})

t.test('a store that found a damaged file holds no lock', async (t) => {
  const folder = await tempFolder(t)
  const first = createFileStore({ folder })
  await first.start()
  await first.collection({ name: 'notes' }).put('a', 1)
  await first.stop()
  await rename(join(folder, 'lock'), join(folder, 'store.json'))
  await t.rejects(first.start(), { code: 'store_damaged' })
  await t.rejects(createFileStore({ folder }).start(), { code: 'store_damaged' }, 'and not data_in_use')
})
