import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { decodeSteps } from '../../../captcha/decoding/beam.ts'
import { textGrammar } from '../../../captcha/decoding/grammar.ts'
import { ownModels } from '../../../captcha/engine/models.ts'
import { loadNetwork } from '../../../captcha/network/network.ts'
import { startNetworks } from '../../../captcha/network/network-recogniser.ts'
import { planesHeight, planesOf, planesWidth } from '../../../captcha/network/planes.ts'
import { decode } from '../../../captcha/pictures/decode.ts'
import { barLetters } from './bar-letters.ts'

const bytes = gunzipSync(await readFile(ownModels.general))

const read = (planes: Uint8Array): string =>
  decodeSteps(loadNetwork(bytes)(planes), textGrammar({ caseSensitive: false, length: 5 }))[0]?.text.toUpperCase() ?? ''

t.test('the general network reads letters of a shape it has not seen, dark on light and light on dark', async (t) => {
  for (const [ink, paper] of [
    ['#203080', '#ffffff'],
    ['#f0f0d0', '#302020'],
  ] as const) {
    t.equal(read(planesOf(await decode(await barLetters(ink, paper)))), 'HE7L4')
  }
})

t.test('shares at each place are probabilities, and the same image gives the same', async (t) => {
  const planes = planesOf(await decode(await barLetters('#000', '#fff')))
  const steps = loadNetwork(bytes)(planes)
  t.equal(steps.length, 32)
  for (const step of steps) {
    const total = [...step.values()].reduce((sum, share) => sum + share, 0)
    t.ok(total > 0.9 && total < 1.0001)
  }
  t.same(loadNetwork(bytes)(planes), steps)
})

t.test('a file that is not the network’s is refused', async (t) => {
  t.throws(() => loadNetwork(Buffer.concat([bytes, Buffer.alloc(1)])))
  t.throws(() => loadNetwork(bytes.subarray(0, -1)))
})

t.test('its thread reads one image after another and ends', async (t) => {
  const network = await startNetworks(ownModels, 5000)
  const input = { network: 'general', values: new Uint8Array(planesWidth * planesHeight * 3).fill(128) } as const
  t.equal((await network.recognise(input, 60_000)).length, 32)
  t.equal((await network.recognise(input, 60_000)).length, 32)
  // However fast it reads: this thread stands still until the limit is over, and timers are looked at before messages.
  await setImmediate()
  const late = network.recognise(input, 1)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  await t.rejects(late, /took more than 1 ms/)
  await network.close()
  await t.rejects(network.recognise(input, 60_000), /ended/)
})

t.test('inputs tell how far colours lie from the paper, in full contrast, whatever the size', async (t) => {
  const small = planesOf({ width: 60, height: 20, rgb: new Uint8Array(3600).fill(200).fill(150, 1500, 1650) })
  const large = planesOf({ width: 300, height: 100, rgb: new Uint8Array(90_000).fill(10) })
  t.equal(small.length, planesWidth * planesHeight * 3)
  t.equal(small[0], 128)
  t.ok(Math.min(...small) < 20)
  t.ok(large.every((value) => value === 128))
})
