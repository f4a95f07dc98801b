/**
 * Writes to the store in the folder it is given, until it is killed: prints `ready`, then a line for each put and delete that was
 * acknowledged. Run by the tests of kill -9 in a process of its own.
 */
import { writeSync } from 'node:fs'
import { createFileStore } from '../../relay/store/index.ts'

const [, , folder = '', run = ''] = process.argv
const store = createFileStore({ folder })
await store.start()
const notes = store.collection<{ filling: string }>({ name: 'notes' })
writeSync(1, 'ready\n')

/** A chain of writes; several run at once, so that acknowledgements come from shared writes. */
async function write(chain: number): Promise<never> {
  for (let i = 0; ; i += 1) {
    const id = `${run}/${chain}/${i}`
    const version = await notes.put(id, { filling: 'x'.repeat(200) })
    writeSync(1, `put ${id} ${version}\n`)
    if (i % 5 === 4) {
      const old = `${run}/${chain}/${i - 2}`
      await notes.delete(old)
      writeSync(1, `deleted ${old}\n`)
    }
  }
}

await Promise.all([0, 1, 2, 3].map(write))
