import { setImmediate } from 'node:timers/promises'
import sharp from 'sharp'
import t from 'tap'
import { ownModels } from '../../captcha/engine/models.ts'
import { openPools, type Pools } from '../../captcha/pools.ts'
import { lookAt } from '../../captcha/read.ts'

/** Three bars on a slope: what looks like letters and is read by no look surely. */
const unsure = await sharp(
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="160" height="60"><rect width="160" height="60" fill="#fff"/>
  <path d="M30 15L40 45M70 15L60 50L85 20M110 20L120 45L130 12" stroke="#446" stroke-width="3" fill="none"/></svg>`),
)
  .png()
  .toBuffer()

t.test('others are served between two looks at one image', async (t) => {
  const pools = openPools(1, ownModels)
  let served = 0
  const serving = new AbortController()
  const others = (async () => {
    for (; !serving.signal.aborted; served++) await setImmediate()
  })()
  const servedBefore: number[] = []
  const counted: Pools = {
    ...pools,
    general: {
      ...pools.general,
      recognise: (planes) => {
        servedBefore.push(served)
        return pools.general.recognise(planes)
      },
    },
  }
  await lookAt(unsure, { kind: 'text' }, counted)
  serving.abort()
  await others
  await pools.close()
  t.ok(servedBefore.length > 5, `${servedBefore.length} looks`)
  t.equal(new Set(servedBefore).size, servedBefore.length)
})

t.test('a look that fails before the others are made fails the read and nothing else', async (t) => {
  const pools = openPools(1, ownModels)
  const failing: Pools = { ...pools, general: { recognise: async () => Promise.reject(new Error('no thread')) } }
  await t.rejects(lookAt(unsure, { kind: 'text' }, failing), { message: 'no thread' })
  await pools.close()
})
