/**
 * Runs a network of convolutions one upon the other: takes its weights from a file, an image's values in, scores out. No library.
 */

import type { Step } from '../decoding/beam.ts'
import { kernelOn } from './kernel.ts'

export interface Layer {
  readonly inputs: number
  readonly outputs: number
  /** The filter's size, and by how much the image is widened with nothing on each side. */
  readonly filter: readonly [rows: number, columns: number]
  /** How far apart the filter's columns look: 1, side by side, unless it says more; then it has one row. */
  readonly apart?: number
  readonly padding: readonly [rows: number, columns: number]
  /** The largest of so many rows and columns is kept. */
  readonly pool: readonly [rows: number, columns: 1 | 2]
}

/** Values row by row, at each pixel its channels. */
export interface Volume {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly data: Float32Array
}

interface Placed extends Layer {
  /** Of its input, with what it is widened by. */
  readonly height: number
  readonly width: number
  /** Of what it gives, the largest of each field. */
  readonly newHeight: number
  readonly newWidth: number
  /** The channels of a pixel of its input: an even number, the last one nothing where the inputs are odd. */
  readonly room: number
  /** Outputs rounded up to eights; the weights and biases of those beyond are nothing. */
  readonly padded: number
  /** The pairs of values that an output is made of. */
  readonly pairs: number
  /** The largest whole number that an input may become: of so many weights times it the sum stays within 32 bits. */
  readonly largest: number
  /** Bytes into the memory. */
  readonly weights: number
  readonly worth: number
}

const eights = (count: number): number => Math.ceil(count / 8) * 8

/**
 * Takes a model file apart: per layer the outputs' scales and biases (float32, little-endian), then whole numbers by row, column, input,
 * output. All layers but the last end in "nothing below zero". The width of each is a multiple of four. What is looked at are whole numbers, row by row
 * and at each pixel the first layer's inputs, one of which is worth `unit`. From layer to layer values are rounded to whole numbers too, of
 * as many bits as leave the sums room.
 */
export function loadLayers(
  layers: readonly Layer[],
  bytes: Buffer,
  [height, width, inputUnit]: readonly [height: number, width: number, unit: number],
): (values: Int16Array) => Volume {
  const sizes = sized(layers, height, width)
  const inputBytes = Math.max(...sizes.map(({ height, width, room }) => height * width * room * 2))
  const outBytes = Math.max(...sizes.map(({ newHeight, newWidth, padded }) => newHeight * newWidth * padded * 4))
  const out = eights(inputBytes)
  const { memory, multiply } = kernelOn(sizes.reduce((sum, { pairs, padded }) => sum + (pairs + 2) * padded * 4, out + outBytes))
  const inputs = new Int16Array(memory, 0, inputBytes / 2)

  let [at, free] = [0, out + outBytes]
  const placed = sizes.map((layer): Placed => {
    const [weights, worth] = [free, free + layer.pairs * layer.padded * 4]
    at = placeWeights(layer, bytes, at, new Int16Array(memory, weights), new Float32Array(memory, worth))
    free = worth + layer.padded * 8
    return { ...layer, weights, worth }
  })
  if (at !== bytes.length) throw new Error('the network’s file is of another size than its layers')

  return (values) => {
    let volume: Volume | undefined
    for (const layer of placed) {
      const unit = volume === undefined ? put(inputs, layer, values, layer.inputs, 1) * inputUnit : rounded(inputs, layer, volume)
      volume = convolved(layer, unit, layer === placed.at(-1) ? Number.NEGATIVE_INFINITY : 0)
    }
    largestIn(volume as Volume)
    return volume as Volume
  }

  function convolved(
    { weights, worth, pairs, padded, filter, apart = 1, room, width, newHeight, newWidth, pool }: Placed,
    unit: number,
    floor: number,
  ): Volume {
    const data = new Float32Array(memory, out, newHeight * newWidth * padded).fill(floor)
    const [pixel, field] = [room * 2, padded * 4]
    // What lies side by side is gone through in one run.
    const [runs, length, between] = apart === 1 ? [filter[0], filter[1] * pixel, width * pixel] : [filter[1], pixel, apart * pixel]
    for (let output = 0; output < padded; output += 8) {
      const [pairsAt, worthAt] = [weights + output * pairs * 4, worth + output * 8]
      for (let y = 0; y < newHeight * pool[0]; y++) {
        const to = out + (Math.floor(y / pool[0]) * newWidth * padded + output) * 4
        multiply(y * width * pixel, pairsAt, worthAt, runs, length, between, pixel, newWidth * pool[1], to, pool[1] === 1 ? field : 0, field, unit)
      }
    }
    return { height: newHeight, width: newWidth, channels: padded, data }
  }
}

type Sized = Omit<Placed, 'weights' | 'worth'>

function sized(layers: readonly Layer[], height: number, width: number): readonly Sized[] {
  const sizes: Sized[] = []
  for (const layer of layers) {
    const { inputs, outputs, filter, padding, apart = 1, pool } = layer
    const [tall, wide] = [height + 2 * padding[0], width + 2 * padding[1]]
    height = (tall - filter[0] + 1) / pool[0]
    width = (wide - (filter[1] - 1) * apart) / pool[1]
    // The kernel goes four places at a time and looks where it is told.
    if ((width * pool[1]) % 4 !== 0 || !Number.isInteger(height) || (apart > 1 && filter[0] > 1)) throw new Error('the network has a layer of another shape')
    const room = Math.ceil(inputs / 2) * 2
    const pairs = (filter[0] * filter[1] * room) / 2
    const largest = Math.min(32_767, Math.floor((2 ** 31 - 1) / (128 * 2 * pairs)))
    sizes.push({ ...layer, height: tall, width: wide, newHeight: height, newWidth: width, room, padded: eights(outputs), pairs, largest })
  }
  return sizes
}

function placeWeights({ inputs, outputs, filter, pairs, room }: Sized, bytes: Buffer, start: number, weights: Int16Array, worth: Float32Array): number {
  for (let output = 0; output < outputs; output++) {
    const [scale, bias] = [bytes.readFloatLE(start + output * 4), bytes.readFloatLE(start + (outputs + output) * 4)]
    if (!Number.isFinite(scale) || !Number.isFinite(bias)) throw new Error('a scale or bias of the network is no number')
    const to = (output >> 3) * 16 + (output & 7)
    worth[to] = scale
    worth[to + 8] = bias
  }
  let at = start + outputs * 8
  for (let column = 0; column < filter[0] * filter[1]; column++) {
    for (let input = 0; input < inputs; input++) {
      const pair = (column * room) / 2 + (input >> 1)
      for (let output = 0; output < outputs; output++) weights[(((output >> 3) * pairs + pair) * 8 + (output & 7)) * 2 + (input & 1)] = bytes.readInt8(at++)
    }
  }
  return at
}

/** Puts what the layer before gave where the layer reads it, as whole numbers of which the largest is the layer's largest; says what one is worth. */
function rounded(to: Int16Array, layer: Placed, volume: Volume): number {
  return put(to, layer, volume.data, volume.channels, layer.largest / (largestIn(volume) || layer.largest))
}

/** How far from nothing its values go. Throws where one is no number: rounding would hide it, and every image be read alike. */
function largestIn({ data }: Volume): number {
  let largest = 0
  for (let at = 0; at < data.length; at++) {
    const size = Math.abs(data[at] as number)
    if (!(size < Number.POSITIVE_INFINITY)) throw new Error('what the network gives is no number')
    if (size > largest) largest = size
  }
  return largest
}

/** Puts values times `factor`, rounded, where the layer reads them, with nothing around; says what one is worth. */
function put(to: Int16Array, { height, width, padding, inputs, room }: Placed, values: Float32Array | Int16Array, channels: number, factor: number): number {
  to.fill(0, 0, height * width * room)
  let from = 0
  for (let y = padding[0]; y < height - padding[0]; y++) {
    let start = (y * width + padding[1]) * room
    for (let x = 2 * padding[1]; x < width; x++, start += room, from += channels) {
      for (let input = 0; input < inputs; input++) to[start + input] = Math.floor((values[from + input] as number) * factor + 0.5)
    }
  }
  return 1 / factor
}

/** Below this share an output does not count. */
const least = 0.001

/** Scores to shares that add up to one (softmax), a place at a time; the first of the `names` is "nothing new", ''. */
export function stepsOf({ width, channels, data }: Volume, names: readonly string[]): Step[] {
  const shares = new Float64Array(names.length)
  return Array.from({ length: width }, (_, place) => {
    const from = place * channels
    let most = Number.NEGATIVE_INFINITY
    for (let index = 0; index < shares.length; index++) most = Math.max(most, data[from + index] as number)
    let total = 0
    for (let index = 0; index < shares.length; index++) total += shares[index] = Math.exp((data[from + index] as number) - most)
    const step = new Map<string, number>()
    for (let index = 0; index < shares.length; index++) {
      const share = (shares[index] as number) / total
      if (share >= least) step.set(names[index] as string, share)
    }
    return step
  })
}
