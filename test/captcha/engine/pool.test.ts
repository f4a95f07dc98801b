import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { Grey } from '../../../captcha/pictures/picture.ts'

// tesseract.js keeps its threads to itself; this records them, so that the tests can end one as a crash would.
const threads: Worker[] = []
let refusing = false
const workerThreads = createRequire(import.meta.url)('node:worker_threads') as { Worker: typeof Worker }
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(...parameters: ConstructorParameters<typeof Worker>) {
    if (refusing) throw new Error('no thread is to be had')
    super(...parameters)
    threads.push(this)
  }
}
const { ownModels } = await import('../../../captcha/engine/models.ts')
const { createPool } = await import('../../../captcha/engine/pool.ts')
const { startRecogniser } = await import('../../../captcha/engine/recogniser.ts')

const startOurs = (limit: number) => startRecogniser(ownModels.captcha, limit)
const line: Grey = { width: 144, height: 48, data: new Uint8Array(144 * 48).map((_, at) => (at % 144 > 20 && at % 144 < 26 ? 0 : 255)) }
/** What takes any machine longer than a few milliseconds. */
const longLine: Grey = { width: 2000, height: 48, data: new Uint8Array(2000 * 48).map((_, at) => (at % 40 < 6 ? 0 : 255)) }
const alive = (): Worker[] => threads.filter((thread) => thread.threadId !== -1)

t.afterEach(() => t.equal(alive().length, 0, 'no thread is left'))

t.test('recognisers start when they are needed, and no more than the pool has', async (t) => {
  const pool = createPool(startOurs, { size: 2 })
  const before = threads.length
  t.equal(alive().length, 0)
  const all = await Promise.all(Array.from({ length: 6 }, () => pool.recognise(line)))
  t.equal(threads.length - before, 2)
  t.ok(all.every((steps) => steps.length > 10))
  await pool.close()
})

t.test('a recogniser that was started before the first line reads it', async (t) => {
  const pool = createPool(startOurs, { size: 1 })
  const before = threads.length
  pool.warm()
  pool.warm()
  t.ok((await pool.recognise(line)).length > 10)
  pool.warm()
  t.equal(threads.length - before, 1)
  await pool.close()
  pool.warm()
})

t.test('a recogniser that dies while it reads is replaced, and the line read again', async (t) => {
  const pool = createPool(startOurs, { size: 1 })
  await pool.recognise(line)
  const reading = pool.recognise(longLine)
  const before = threads.length
  setTimeout(() => void alive()[0]?.terminate(), 5)
  await reading
  t.equal(threads.length - before, 1, 'one was started anew')
  await pool.close()
})

t.test('a recogniser that died while idle is replaced', async (t) => {
  const pool = createPool(startOurs, { size: 1 })
  await pool.recognise(line)
  await alive()[0]?.terminate()
  t.ok((await pool.recognise(line)).length > 10)
  await pool.close()
})

t.test('a line that takes too long is given up after a second try, and nobody waits for ever', async (t) => {
  const pool = createPool(startOurs, { size: 1, readLimit: 1 })
  const began = performance.now()
  const all = await Promise.allSettled(Array.from({ length: 3 }, () => pool.recognise(longLine)))
  t.ok(all.every(({ status }) => status === 'rejected'))
  t.ok(performance.now() - began < 60_000)
  await pool.close()
})

t.test('where no recogniser starts, everybody who waits is told', async (t) => {
  const start: typeof startOurs = async () => {
    throw new Error('cannot start')
  }
  const pool = createPool(start, { size: 1 })
  const all = await Promise.allSettled(Array.from({ length: 3 }, () => pool.recognise(line)))
  t.ok(all.every((each) => each.status === 'rejected' && /cannot start/.test(String(each.reason))))
  await pool.close()
})

t.test('a recogniser that does not start leaves no thread: its model is damaged, or its thread dies', async (t) => {
  const folder = t.testdir({ 'captcha.traineddata.gz': gzipSync('no model at all') })
  await t.rejects(startRecogniser({ ...ownModels.captcha, folder }, 15_000), /the recogniser failed/)
  t.equal(alive().length, 0)
  const starting = startOurs(15_000)
  await setImmediate()
  threads.at(-1)?.emit('error', new Error('no memory'))
  await t.rejects(starting, { message: 'no memory' })
  await t.rejects(startOurs(0), /took more than 0 ms to start/)
})

t.test('where the system refuses a thread the start fails, and leaves no thread of another’s to be taken for its own', async (t) => {
  refusing = true
  await t.rejects(startOurs(15_000), { message: 'no thread is to be had' })
  refusing = false
  t.equal(process.listenerCount('worker'), 0)
})

t.test('closing ends recognisers that are still starting, and refuses further lines', async (t) => {
  const pool = createPool(startOurs, { size: 2 })
  const reads = Promise.allSettled([pool.recognise(line), pool.recognise(line), pool.recognise(line)])
  await pool.close()
  await pool.close()
  t.ok((await reads).some(({ status }) => status === 'rejected'))
  await t.rejects(pool.recognise(line), { message: 'the reader is closed' })
})
