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
  /** Outputs rounded up to fours; the weights and biases of those beyond are nothing. */
  readonly padded: number
  /** Bytes into the memory. */
  readonly weights: number
  readonly biases: number
}

const fours = (count: number): number => Math.ceil(count / 4) * 4
const tapsOf = ({ inputs, filter }: Layer): number => inputs * filter[0] * filter[1]

/**
 * Takes a model file apart: per layer the outputs' scales and biases (float32, little-endian), then whole numbers by row, column, input,
 * output. All layers but the last end in "nothing below zero". The width of each is a multiple of four.
 */
export function loadLayers(layers: readonly Layer[], bytes: Buffer, [height, width]: readonly [height: number, width: number]): (data: Float32Array) => Volume {
  const sizes = layers.map((layer) => ({ ...layer, padded: fours(layer.outputs) }))
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

  function convolved(from: Volume, { filter, padding, padded, weights, biases, inputs }: Placed, floor: number): Volume {
    const [rows, columns] = filter
    const [newHeight, newWidth] = [from.height + 2 * padding[0] - rows + 1, from.width + 2 * padding[1] - columns + 1]
    const taps = rows * columns * inputs
    const patch = floats.subarray(0, taps * 4)
    for (let y = 0; y < newHeight; y++) {
      for (let x = 0; x < newWidth; x += 4) {
        fillPatch(patch, from, inputs, y - padding[0], x - padding[1], rows, columns)
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
      floats[weights + ((output >> 2) * taps + tap) * 4 + (output & 3)] = bytes.readInt8(at++) * bytes.readFloatLE(start + output * 4)
    }
  }
  return at
}

/** What four neighbouring places see, tap by tap, the four side by side. */
function fillPatch(
  patch: Float32Array,
  { height, width, channels, data }: Volume,
  inputs: number,
  top: number,
  left: number,
  rows: number,
  columns: number,
): void {
  let to = 0
  for (let row = top; row < top + rows; row++) {
    for (let column = left; column < left + columns; column++) {
      for (let place = 0; place < 4; place++) {
        const inside = row >= 0 && row < height && column + place >= 0 && column + place < width
        const from = (row * width + column + place) * channels
        for (let channel = 0; channel < inputs; channel++) patch[to + channel * 4 + place] = inside ? (data[from + channel] as number) : 0
      }
      to += inputs * 4
    }
  }
}

function pooled(volume: Volume, { pool: [rows, columns] }: Layer): Volume {
  const { channels } = volume
  const [height, width] = [volume.height / rows, volume.width / columns]
  const data = new Float32Array(height * width * channels)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        let most = Number.NEGATIVE_INFINITY
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            most = Math.max(most, volume.data[((y * rows + row) * volume.width + x * columns + column) * channels + channel] as number)
          }
        }
        data[(y * width + x) * channels + channel] = most
      }
    }
  }
  return { height, width, channels, data }
}

/** Below this share an output does not count. */
const least = 0.001

/** Scores to shares that add up to one (softmax), a place at a time; the first of the `names` is "nothing new", ''. */
export function stepsOf({ width, channels, data }: Volume, names: readonly string[]): Step[] {
  return Array.from({ length: width }, (_, place) => {
    const scores = data.subarray(place * channels, place * channels + names.length)
    const most = scores.reduce((a, b) => Math.max(a, b))
    const shares = Float64Array.from(scores, (score) => Math.exp(score - most))
    const total = shares.reduce((sum, share) => sum + share, 0)
    const step = new Map<string, number>()
    for (const [index, share] of shares.entries()) if (share / total >= least) step.set(names[index] ?? '', share / total)
    return step
  })
}
