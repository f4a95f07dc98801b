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
  /** How far apart the filter's columns look: 1, side by side, unless it says more. */
  readonly apart?: number
  readonly padding: readonly [rows: number, columns: number]
  /** The largest of so many rows and columns is kept. */
  readonly pool: readonly [rows: number, columns: number]
}

/** Values row by row, at each pixel its channels. */
export interface Volume {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly data: Float32Array
}

interface Placed extends Layer {
  /** Outputs rounded up to eights; the weights and biases of those beyond are nothing. */
  readonly padded: number
  /** Bytes into the memory. */
  readonly weights: number
  readonly biases: number
}

const eights = (count: number): number => Math.ceil(count / 8) * 8
const tapsOf = ({ inputs, filter }: Layer): number => inputs * filter[0] * filter[1]

/**
 * Takes a model file apart: per layer the outputs' scales and biases (float32, little-endian), then whole numbers by row, column, input,
 * output. All layers but the last end in "nothing below zero". The width of each is a multiple of four.
 */
export function loadLayers(layers: readonly Layer[], bytes: Buffer, [height, width]: readonly [height: number, width: number]): (data: Float32Array) => Volume {
  const sizes = layers.map((layer) => ({ ...layer, padded: eights(layer.outputs) }))
  const weightBytes = sizes.map((layer) => (tapsOf(layer) + 1) * layer.padded * 4)
  const patchBytes = Math.max(...sizes.map((layer) => tapsOf(layer) * 16))
  const outBytes = height * width * 4 * Math.max(...sizes.map(({ padded }) => padded))
  const total = weightBytes.reduce((sum, part) => sum + part, patchBytes + outBytes)
  const { memory: floats, multiply } = kernelOn(total)

  let [at, free] = [0, patchBytes]
  const placed = sizes.map((layer, index): Placed => {
    const [weights, biases] = [free, free + tapsOf(layer) * layer.padded * 4]
    at = placeWeights(layer, bytes, at, floats, weights / 4, biases / 4)
    free += weightBytes[index] ?? 0
    return { ...layer, weights, biases }
  })
  if (at !== bytes.length) throw new Error('the network’s file is of another size than its layers')

  return (data) => {
    let volume: Volume = { height, width, channels: layers[0]?.inputs ?? 0, data }
    for (const layer of placed) volume = pooled(convolved(volume, layer, layer === placed.at(-1) ? Number.NEGATIVE_INFINITY : 0), layer)
    return volume
  }

  function convolved(from: Volume, layer: Placed, floor: number): Volume {
    const { filter, padding, padded, weights, biases, inputs, apart = 1 } = layer
    const [rows, columns] = filter
    const [newHeight, newWidth] = [from.height + 2 * padding[0] - rows + 1, from.width + 2 * padding[1] - (columns - 1) * apart]
    const taps = rows * columns * inputs
    const patch = floats.subarray(0, taps * 4)
    for (let y = 0; y < newHeight; y++) {
      for (let x = 0; x < newWidth; x += 4) {
        fillPatch(patch, from, layer, y - padding[0], x - padding[1])
        multiply(0, weights, biases, taps, padded, free + (y * newWidth + x) * padded * 4, floor)
      }
    }
    return { height: newHeight, width: newWidth, channels: padded, data: floats.subarray(free / 4, free / 4 + newHeight * newWidth * padded) }
  }
}

function placeWeights(layer: Layer & { padded: number }, bytes: Buffer, start: number, floats: Float32Array, weights: number, biases: number): number {
  const { outputs } = layer
  const taps = tapsOf(layer)
  let at = start + outputs * 8
  for (let output = 0; output < outputs; output++) floats[biases + output] = bytes.readFloatLE(start + (outputs + output) * 4)
  for (let tap = 0; tap < taps; tap++) {
    for (let output = 0; output < outputs; output++) {
      floats[weights + ((output >> 3) * taps + tap) * 8 + (output & 7)] = bytes.readInt8(at++) * bytes.readFloatLE(start + output * 4)
    }
  }
  return at
}

/** What four neighbouring places see, tap by tap, the four side by side. */
function fillPatch(patch: Float32Array, { height, width, channels, data }: Volume, { inputs, filter, apart = 1 }: Layer, top: number, left: number): void {
  const [rows, columns] = filter
  let to = 0
  for (let row = top; row < top + rows; row++) {
    for (let column = left; column < left + columns * apart; column += apart) {
      const from = (row * width + column) * channels
      if (row >= 0 && row < height && column >= 0 && column + 3 < width) {
        for (let channel = 0; channel < inputs; channel++, to += 4) {
          patch[to] = data[from + channel] as number
          patch[to + 1] = data[from + channels + channel] as number
          patch[to + 2] = data[from + 2 * channels + channel] as number
          patch[to + 3] = data[from + 3 * channels + channel] as number
        }
        continue
      }
      // Some of the four lie beyond the edge, where there is nothing.
      for (let place = 0; place < 4; place++) {
        const inside = row >= 0 && row < height && column + place >= 0 && column + place < width
        for (let channel = 0; channel < inputs; channel++) patch[to + channel * 4 + place] = inside ? (data[from + place * channels + channel] as number) : 0
      }
      to += inputs * 4
    }
  }
}

/** A volume of its own: the next layer writes where this one's values stand. */
function pooled({ height, width, channels, data }: Volume, { pool: [rows, columns] }: Layer): Volume {
  if (rows === 1 && columns === 1) return { height, width, channels, data: data.slice() }
  const [newHeight, newWidth] = [height / rows, width / columns]
  const most = new Float32Array(newHeight * newWidth * channels)
  let to = 0
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++, to += channels) {
      const first = (y * rows * width + x * columns) * channels
      for (let channel = 0; channel < channels; channel++) most[to + channel] = data[first + channel] as number
      for (let other = 1; other < rows * columns; other++) {
        const from = first + (Math.floor(other / columns) * width + (other % columns)) * channels
        for (let channel = 0; channel < channels; channel++) {
          const value = data[from + channel] as number
          if (value > (most[to + channel] as number)) most[to + channel] = value
        }
      }
    }
  }
  return { height: newHeight, width: newWidth, channels, data: most }
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
