import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { Step } from '../../captcha/decoding/beam.ts'
import type { Pools } from '../../captcha/pools.ts'
import { lookAt } from '../../captcha/read.ts'
import { drawing, png } from './memory/drawn-text.ts'

/** Of what every look finds as likely as another, nothing is sure. */
const unsure: readonly Step[] = Array.from({ length: 8 }, (_, at) => new Map(at % 2 === 0 ? [['', 1]] : [...'abcd'].map((letter) => [letter, 0.25])))
const image = await png(drawing('3719'))

function poolsOf(look: () => Promise<Step[]>): Pools {
  return { captcha: { recognise: async () => [...unsure] }, general: { recognise: look }, chinese: { recognise: look } }
}

t.test('others are served between two looks at one image', async (t) => {
  let served = 0
  const serving = new AbortController()
  const others = (async () => {
    for (; !serving.signal.aborted; served++) await setImmediate()
  })()
  const servedBefore: number[] = []
  const pools = poolsOf(async () => {
    servedBefore.push(served)
    return [...unsure]
  })
  try {
    await lookAt(image, { kind: 'text' }, pools)
  } finally {
    serving.abort()
    await others
  }
  t.ok(servedBefore.length > 5, `${servedBefore.length} looks`)
  t.equal(new Set(servedBefore).size, servedBefore.length)
})

t.test('a look that fails before the others are made fails the read and nothing else', async (t) => {
  const failing = poolsOf(() => Promise.reject(new Error('no thread')))
  for (const kind of ['text', 'chinese'] as const) await t.rejects(lookAt(image, { kind }, failing), { message: 'no thread' })
})
