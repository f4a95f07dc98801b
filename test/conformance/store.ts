import type { Test } from 'tap'
import { isRelayError } from '../../relay/errors.ts'
import type { Collection, Store, StoreChange, StoredRecord } from '../../relay/store/index.ts'
import fc from '../property.ts'

/** One place where data lies; `open` gives a store on it that has not been started. */
export interface Engine {
  open(): Store
}

export type MakeEngine = (t: Test) => Promise<Engine>

interface Note {
  readonly owner: string
  readonly tags: readonly string[]
  readonly text: string
}

const shape = { name: 'notes', indexes: { owner: (note: Note) => [note.owner], tag: (note: Note) => note.tags } }
const note = (owner: string, tags: readonly string[] = [], text = ''): Note => ({ owner, tags, text })

/** What every engine of the Store port keeps. An engine's own test file calls this with a way to make one. */
export function storeConformance(t: Test, make: MakeEngine): void {
  const withNotes = async (t: Test): Promise<{ engine: Engine; store: Store; notes: Collection<Note> }> => {
    const engine = await make(t)
    const store = await started(t, engine)
    return { engine, store, notes: store.collection<Note>(shape) }
  }

  t.test('a record is read as it was put, and its version grows', async (t) => {
    const { notes } = await withNotes(t)
    t.equal(await notes.get('a'), undefined)
    t.equal(await notes.put('a', note('ann')), 1)
    t.strictSame(await notes.get('a'), { id: 'a', version: 1, value: note('ann') })
    t.equal(await notes.put('a', note('bob')), 2)
    t.strictSame(await notes.get('a'), { id: 'a', version: 2, value: note('bob') })
    t.equal(await notes.delete('a'), true)
    t.equal(await notes.get('a'), undefined)
    t.equal(await notes.delete('a'), false)
  })

  t.test('what is put and what is read are copies', async (t) => {
    const { notes } = await withNotes(t)
    const tags = ['x']
    const put = notes.put('a', note('ann', tags))
    tags.push('later')
    await put
    const read = (await notes.get('a')) as StoredRecord<Note>
    ;(read.value.tags as string[]).push('mine')
    t.strictSame((await notes.get('a'))?.value, note('ann', ['x']))
  })

  t.test('a value that JSON cannot hold is refused and changes nothing', async (t) => {
    const { notes } = await withNotes(t)
    await t.rejects(notes.put('a', undefined as unknown as Note))
    t.equal(await notes.get('a'), undefined)
    await notes.put('a', note('ann'))
    await t.rejects(notes.put('a', { owner: 1n } as unknown as Note))
    t.strictSame((await notes.get('a'))?.value, note('ann'))
  })

  t.test('a write by version succeeds at that version alone', async (t) => {
    const { notes } = await withNotes(t)
    const conflicts = (writing: Promise<unknown>) => t.rejects(writing, { code: 'store_conflict' })
    await conflicts(notes.put('a', note('ann'), { ifVersion: 1 }))
    await notes.put('a', note('ann'), { ifVersion: 0 })
    await conflicts(notes.put('a', note('bob'), { ifVersion: 0 }))
    await conflicts(notes.put('a', note('bob'), { ifVersion: 2 }))
    await conflicts(notes.delete('a', { ifVersion: 2 }))
    t.strictSame((await notes.get('a'))?.value, note('ann'))
    t.equal(await notes.put('a', note('bob'), { ifVersion: 1 }), 2)
    t.equal(await notes.delete('a', { ifVersion: 2 }), true)
    await conflicts(notes.delete('a', { ifVersion: 2 }))
  })

  t.test('of a hundred writers by the same version one succeeds', async (t) => {
    const { notes } = await withNotes(t)
    await notes.put('a', note('start'))
    const results = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => notes.put('a', note(`writer ${i}`), { ifVersion: 1 })))
    const lost = results.filter((result) => result.status === 'rejected')
    t.equal(lost.length, 99)
    t.ok(lost.every(({ reason }) => isRelayError(reason, 'store_conflict')))
    const winner = results.findIndex(({ status }) => status === 'fulfilled')
    t.strictSame(await notes.get('a'), { id: 'a', version: 2, value: note(`writer ${winner}`) })
  })

  t.test('a record made anew is not taken for the one that was deleted', async (t) => {
    const { notes } = await withNotes(t)
    await notes.put('a', note('ann'))
    const held = await notes.put('a', note('ann'))
    await notes.delete('a')
    const anew = await notes.put('a', note('bob'), { ifVersion: 0 })
    await notes.put('a', note('bob'))
    t.ok(anew > held)
    await t.rejects(notes.put('a', note('eve'), { ifVersion: held }), { code: 'store_conflict' })
    t.strictSame((await notes.get('a'))?.value, note('bob'))
  })

  t.test('a list is in order of id, by prefix, by index, or both', async (t) => {
    const { notes } = await withNotes(t)
    const ids = async (options?: Parameters<Collection<Note>['list']>[0]) => (await notes.list(options)).map(({ id }) => id)
    t.strictSame(await ids(), [])
    await Promise.all([
      notes.put('b/2', note('ann', ['red', 'blue'])),
      notes.put('a/1', note('bob', ['red'])),
      notes.put('B', note('ann')),
      notes.put('b/10', note('ann', ['red'])),
      notes.put('é', note('bob')),
    ])
    t.strictSame(await ids(), ['B', 'a/1', 'b/10', 'b/2', 'é'])
    t.strictSame(await ids({ prefix: 'b/' }), ['b/10', 'b/2'])
    t.strictSame(await ids({ index: { name: 'owner', key: 'ann' } }), ['B', 'b/10', 'b/2'])
    t.strictSame(await ids({ index: { name: 'tag', key: 'red' } }), ['a/1', 'b/10', 'b/2'])
    t.strictSame(await ids({ prefix: 'b', index: { name: 'tag', key: 'blue' } }), ['b/2'])
    t.strictSame(await ids({ index: { name: 'owner', key: 'nobody' } }), [])
    await t.rejects(notes.list({ index: { name: 'colour', key: 'red' } }), 'an index that the shape does not name')
  })

  t.test('an index follows each change', async (t) => {
    const { notes } = await withNotes(t)
    const owned = async (key: string) => (await notes.list({ index: { name: 'owner', key } })).map(({ id }) => id)
    await notes.put('a', note('ann'))
    await notes.put('a', note('bob'))
    t.strictSame([await owned('ann'), await owned('bob')], [[], ['a']])
    await notes.delete('a')
    t.strictSame(await owned('bob'), [])
  })

  t.test('collections do not see each other', async (t) => {
    const { store, notes } = await withNotes(t)
    const others = store.collection<Note>({ name: 'other notes' })
    await notes.put('a', note('ann'))
    t.equal(await others.get('a'), undefined)
    await others.put('a', note('bob'))
    await notes.delete('a')
    t.strictSame(
      (await others.list()).map(({ value }) => value.owner),
      ['bob'],
    )
  })

  t.test('a watcher hears of each durable change in order, until it stops', async (t) => {
    const { notes } = await withNotes(t)
    const heard: StoreChange<Note>[] = []
    const stop = notes.watch((change) => heard.push(change))
    await Promise.all([notes.put('a', note('ann')), notes.put('a', note('bob')), notes.put('b', note('ann'))])
    await notes.delete('a')
    await notes.delete('nothing')
    await t.rejects(notes.put('b', note('eve'), { ifVersion: 7 }))
    stop()
    await notes.put('c', note('ann'))
    t.strictSame(
      heard.map(({ id, record }) => [id, record?.version, record?.value.owner]),
      [
        ['a', 1, 'ann'],
        ['a', 2, 'bob'],
        ['b', 1, 'ann'],
        ['a', undefined, undefined],
      ],
    )
  })

  t.test('everything is there after a restart, versions and indexes too', async (t) => {
    const { engine, store, notes } = await withNotes(t)
    await Promise.all(Array.from({ length: 50 }, (_, i) => notes.put(`id ${i}`, note(i % 2 === 0 ? 'ann' : 'bob', [`tag ${i}`]))))
    await notes.put('id 3', note('ann', ['new']))
    await notes.delete('id 4')
    const before = await notes.list()
    await store.stop()
    const again = (await started(t, engine)).collection<Note>(shape)
    t.strictSame(await again.list(), before)
    t.equal((await again.list({ index: { name: 'owner', key: 'ann' } })).length, 25)
    t.strictSame(
      (await again.list({ index: { name: 'tag', key: 'new' } })).map(({ id, version }) => [id, version]),
      [['id 3', 2]],
    )
  })

  t.test('a store that was stopped takes no write, and a second stop does no harm', async (t) => {
    const { engine, store, notes } = await withNotes(t)
    const last = notes.put('a', note('ann'))
    await store.stop()
    await last
    await store.stop()
    await t.rejects(notes.put('a', note('late')))
    const again = (await started(t, engine)).collection<Note>(shape)
    t.strictSame((await again.get('a'))?.value, note('ann'))
  })

  t.test('the same store starts again', async (t) => {
    const { store, notes } = await withNotes(t)
    await notes.put('a', note('ann'))
    await store.stop()
    await store.start()
    t.strictSame((await notes.get('a'))?.value, note('ann'))
    await notes.put('b', note('bob'))
    t.equal((await notes.list()).length, 2)
  })

  t.test('any id and any JSON value come back as they were, after a restart too', async (t) => {
    const { engine, store } = await withNotes(t)
    const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)
    const records =
      fc.sample(fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), json), { selector: ([id]) => id, minLength: 30, maxLength: 60 }), 1)[0] ?? []
    const names = ['plain', '__proto__', 'a","b', 'line\nbreak', '\ud800']
    for (const name of names) await putAll(store.collection<unknown>({ name }), records)
    await store.stop()
    const again = await started(t, engine)
    const wanted = new Map(records)
    for (const name of names) {
      const read = await again.collection<unknown>({ name }).list()
      t.equal(read.length, records.length)
      t.ok(inOrder(read))
      for (const { id, value } of read) if (!Object.is(JSON.stringify(value), JSON.stringify(wanted.get(id)))) t.strictSame(value, wanted.get(id), id)
    }
  })
}

async function started(t: Test, engine: Engine): Promise<Store> {
  const store = engine.open()
  t.teardown(() => store.stop())
  await store.start()
  return store
}

async function putAll(collection: Collection<unknown>, records: readonly (readonly [string, unknown])[]): Promise<void> {
  await Promise.all(records.map(([id, value]) => collection.put(id, value)))
}

function inOrder(records: readonly StoredRecord<unknown>[]): boolean {
  return records.every(({ id }, i) => i === 0 || (records[i - 1] as StoredRecord<unknown>).id < id)
}
