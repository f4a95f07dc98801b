import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createFileStore, type Store } from '../../relay/store/index.ts'
import { tempFolder } from '../temp-folder.ts'

const runs = 50
const writer = join(import.meta.dirname, 'writer.ts')

interface Writer {
  readonly child: ChildProcess
  readonly printed: () => string
  /** Everything it printed is here, and it is gone. */
  readonly closed: Promise<unknown>
}

/** A process that writes to the folder and says what was acknowledged, once it has printed so many lines; ended with the test. */
async function startWriter(t: Test, folder: string, run: number, lines: number): Promise<Writer> {
  const child = spawn(process.execPath, [writer, folder, String(run)], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  let printed = ''
  const closed = once(child, 'close')
  await new Promise<void>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (printed.split('\n').length > lines) resolve()
    })
    closed.then(() => resolve())
  })
  return { child, printed: () => printed, closed }
}

async function openAfterKill(folder: string): Promise<Store> {
  const store = createFileStore({ folder })
  await store.start()
  return store
}

t.test(`kill -9 at any moment of ${runs} writing runs loses no acknowledged write (law 5)`, async (t) => {
  let acknowledged = 0
  let least = 0
  let cutShort = 0
  /** Runs share folders, so that later ones write on what earlier kills left. */
  const lane = async (lane: number) => {
    const folder = await tempFolder(t)
    const wanted = new Map<string, boolean>()
    for (let run = lane; run < runs; run += 2) {
      // Most are killed once something was acknowledged, however slow the machine is; the others maybe before.
      const hasWritten = run % 5 !== 0
      if (hasWritten) least += 1
      const { child, printed, closed } = await startWriter(t, folder, run, hasWritten ? 2 : 1)
      await sleep(Math.random() * 60)
      child.kill('SIGKILL')
      await closed
      const lines = printed().split('\n').slice(0, -1)
      t.equal(lines.shift(), 'ready')
      for (const line of lines) {
        const [what, id = ''] = line.split(' ')
        wanted.set(id, what === 'put')
      }
      acknowledged += lines.length

      const store = await openAfterKill(folder)
      const there = new Set((await store.collection({ name: 'notes' }).list()).map(({ id }) => id))
      await store.stop()
      // A put that was acknowledged and whose delete was under way may be gone: that delete is the next step of its chain.
      const lost = [...wanted].filter(([id, present]) => (present ? !there.has(id) && !deleteUnderWay(wanted, id) : there.has(id)))
      if (lost.length > 0) t.strictSame(lost, [], `run ${run}`)
      const unsaid = [...there].filter((id) => !wanted.has(id))
      if (unsaid.length > 0) cutShort += 1
      // Once read it is as good as acknowledged.
      for (const id of unsaid) wanted.set(id, true)
    }
  }
  await Promise.all([lane(0), lane(1)])
  t.ok(acknowledged >= least, `${acknowledged} writes were acknowledged, one or more in each of ${least} runs`)
  t.comment(`${acknowledged} acknowledged; in ${cutShort} runs the kill came between a write and its acknowledgement`)
})

/** The chain deletes number n after it has put n + 2, where n + 3 is a multiple of 5. */
function deleteUnderWay(wanted: ReadonlyMap<string, boolean>, id: string): boolean {
  const [run, chain, number] = id.split('/').map(Number) as [number, number, number]
  return number % 5 === 2 && wanted.get(`${run}/${chain}/${number + 2}`) === true && !wanted.has(`${run}/${chain}/${number + 3}`)
}

t.test('the lock of a killed process is free at once', async (t) => {
  const folder = await tempFolder(t)
  const { child, closed } = await startWriter(t, folder, 0, 1)
  await t.rejects(createFileStore({ folder }).start(), { code: 'data_in_use', params: { dir: folder } })
  child.kill('SIGKILL')
  await closed
  const store = await openAfterKill(folder)
  await store.stop()
})
