import t from 'tap'
import { type Layer, loadLayers, stepsOf } from '../../../captcha/network/convolution.ts'
import { seeded } from '../../../captcha/training/drawing/random.ts'
import fc from '../../property.ts'

const [height, width] = [8, 8]
/** More than eight outputs, which are made eight at a time, and no multiple of eight. */
const layers: readonly Layer[] = [
  { inputs: 3, outputs: 18, filter: [3, 3], padding: [1, 1], pool: [2, 2] },
  { inputs: 18, outputs: 10, filter: [1, 3], apart: 3, padding: [0, 3], pool: [2, 1] },
  { inputs: 10, outputs: 11, filter: [2, 3], padding: [0, 1], pool: [1, 1] },
]

/** A model file of random weights, and the same weights by layer, output, row, column and input. */
function model(random: () => number) {
  const parts: Buffer[] = []
  const weights = layers.map(({ inputs, outputs, filter: [rows, columns] }) => {
    const scales = Array.from({ length: outputs }, () => Math.fround(random() * 0.02))
    const biases = Array.from({ length: outputs }, () => Math.fround(random() - 0.5))
    const taps = Array.from({ length: rows * columns * inputs }, () => scales.map(() => Math.floor(random() * 255) - 127))
    for (const value of [...scales, ...biases]) parts.push(floatBytes(value))
    parts.push(Buffer.from(Int8Array.from(taps.flat()).buffer))
    return { biases, at: (output: number, tap: number) => (taps[tap]?.[output] ?? 0) * (scales[output] ?? 0) }
  })
  return { bytes: Buffer.concat(parts), weights }
}

function floatBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

/** The same by the definition, one sum at a time. */
function plainly(input: Float32Array, weights: ReturnType<typeof model>['weights']): number[][][] {
  let image = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => [...input.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]),
  )
  for (const [
    index,
    {
      inputs,
      outputs,
      filter: [rows, columns],
      apart = 1,
      padding,
      pool,
    },
  ] of layers.entries()) {
    const { biases, at } = weights[index] as (typeof weights)[number]
    const value = (y: number, x: number, output: number): number => {
      let sum = biases[output] ?? 0
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          for (let channel = 0; channel < inputs; channel++)
            sum += (image[y + row - padding[0]]?.[x + column * apart - padding[1]]?.[channel] ?? 0) * at(output, (row * columns + column) * inputs + channel)
      return index === layers.length - 1 ? sum : Math.max(0, sum)
    }
    const [newHeight, newWidth] = [image.length + 2 * padding[0] - rows + 1, (image[0]?.length ?? 0) + 2 * padding[1] - (columns - 1) * apart]
    const full = Array.from({ length: newHeight }, (_, y) =>
      Array.from({ length: newWidth }, (_, x) => Array.from({ length: outputs }, (_, output) => value(y, x, output))),
    )
    image = Array.from({ length: newHeight / pool[0] }, (_, y) =>
      Array.from({ length: newWidth / pool[1] }, (_, x) =>
        Array.from({ length: outputs }, (_, output) =>
          Math.max(
            ...Array.from({ length: pool[0] * pool[1] }, (_, k) => full[y * pool[0] + Math.floor(k / pool[1])]?.[x * pool[1] + (k % pool[1])]?.[output] ?? 0),
          ),
        ),
      ),
    )
  }
  return image
}

t.test('the fast way gives what the definition gives', async () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = seeded(seed)
      const { bytes, weights } = model(random)
      const values = Int16Array.from({ length: height * width * 3 }, () => random() * 255 - 127)
      const { data, channels, ...size } = loadLayers(layers, bytes, [height, width, 1 / 64])(values)
      const expected = plainly(
        Float32Array.from(values, (value) => value / 64),
        weights,
      )
      const most = Math.max(...expected.flat(2).map(Math.abs))
      return (
        size.height === expected.length &&
        size.width === expected[0]?.length &&
        expected.flat().every((values, place) => values.every((value, output) => Math.abs(value - (data[place * channels + output] ?? 0)) < most * 1e-3))
      )
    }),
    { numRuns: 30 },
  )
})

t.test('the largest sums that weights and values can make do not run over', async (t) => {
  // The first layer's outputs are the largest that the second rounds to, and each of its weights is the largest.
  const two: readonly Layer[] = [
    { inputs: 1, outputs: 64, filter: [1, 1], padding: [0, 0], pool: [1, 1] },
    { inputs: 64, outputs: 8, filter: [3, 3], padding: [1, 1], pool: [1, 1] },
  ]
  const ones = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => floatBytes(1)))
  const layer = (outputs: number, taps: number): Buffer => Buffer.concat([ones(outputs), Buffer.alloc(outputs * 4), Buffer.alloc(outputs * taps, 127)])
  const { data } = loadLayers(two, Buffer.concat([layer(64, 1), layer(8, 576)]), [4, 8, 1])(new Int16Array(32).fill(255))
  const inside = data[(1 * 8 + 1) * 8] as number
  t.ok(Math.abs(inside / (255 * 127 * 127 * 576) - 1) < 1e-3, `${inside}`)
})

t.test('layers that the kernel cannot go through are refused', async (t) => {
  const one = { inputs: 1, outputs: 8, filter: [1, 3], padding: [0, 1], pool: [1, 1] } as const
  const bytes = Buffer.alloc(8 * 8 + 3 * 8)
  const refused = (layer: Layer, size: readonly [number, number], file = bytes): void =>
    void t.throws(() => loadLayers([layer], file, [...size, 1]), { message: /another shape/ })
  t.doesNotThrow(() => loadLayers([one], bytes, [2, 4, 1]))
  refused(one, [2, 6])
  refused({ ...one, pool: [2, 1] }, [3, 4])
  refused({ ...one, filter: [3, 3], apart: 2, padding: [1, 2] }, [4, 4], Buffer.alloc(8 * 8 + 9 * 8))
})

t.test('a file of another size than the layers is refused', async (t) => {
  const { bytes } = model(seeded(1))
  t.throws(() => loadLayers(layers, Buffer.concat([bytes, Buffer.alloc(1)]), [height, width, 1]), { message: /another size/ })
  t.throws(() => loadLayers(layers, bytes.subarray(0, -1), [height, width, 1]))
})

t.test('scores become shares that add up to one, tiny ones left out', async (t) => {
  const [first, second] = stepsOf({ height: 1, width: 2, channels: 4, data: Float32Array.from([0, Math.log(3), -100, 99, 5, 5, 5, 99]) }, ['', 'a', 'b'])
  t.same(
    [...(first ?? [])].map(([name, share]) => [name, Math.round(share * 100)]),
    [
      ['', 25],
      ['a', 75],
    ],
  )
  t.equal([...(second?.values() ?? [])].reduce((sum, share) => sum + share, 0).toFixed(6), '1.000000')
})
