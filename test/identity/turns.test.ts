import t from 'tap'
import { Turns } from '../../relay/identity/passwords/turns.ts'

interface Work {
  readonly run: () => Promise<void>
  readonly end: () => void
}

/** Work that lasts until the test ends it. */
function work(started: number[], id: number): Work {
  const { promise, resolve } = Promise.withResolvers<void>()
  const run = () => {
    started.push(id)
    return promise
  }
  return { run, end: resolve }
}

t.test('no more runs at once than may, the rest in order, and a full line turns away', async (t) => {
  const turns = new Turns(2, 2)
  const started: number[] = []
  const works = [0, 1, 2, 3, 4].map((id) => work(started, id))
  const taken = works.map(({ run }) => turns.take(run))
  await t.rejects(taken[4] as Promise<void>, { code: 'too_many_tries', params: { seconds: 10 } })
  t.strictSame(started, [0, 1])
  works[1]?.end()
  await taken[1]
  await Promise.resolve()
  t.strictSame(started, [0, 1, 2])
  for (const { end } of works) end()
  await Promise.all(taken.slice(0, 4))
  t.strictSame(started, [0, 1, 2, 3])
})

t.test('work that fails gives its turn on', async (t) => {
  const turns = new Turns(1, 5)
  const failing = turns.take(() => Promise.reject(new Error('broken')))
  const next = turns.take(async () => 'done')
  await t.rejects(failing, { message: 'broken' })
  t.equal(await next, 'done')
  t.equal(await turns.take(async () => 'again'), 'again')
})
