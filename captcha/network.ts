/**
 * The general network: convolutions over the whole image, and at each of 32 places along it a probability for every
 * character. Plain arithmetic, no library: 33 million multiplications, some tens of milliseconds.
 */

import type { Step } from './beam.ts'
import { networkLetters } from './models.ts'
import { planesHeight, planesWidth } from './planes.ts'

interface Layer {
  readonly inputs: number
  readonly outputs: number
  /** The filter's size, and by how much the image is widened with nothing on each side. */
  readonly filter: readonly [rows: number, columns: number]
  readonly padding: readonly [rows: number, columns: number]
  /** The largest of so many rows and columns is kept. */
  readonly pool: readonly [rows: number, columns: number]
}

const square = { filter: [3, 3], padding: [1, 1] } as const
/** The same table stands in captcha/training/network.py. All but the last end in "nothing below zero". */
const layers: readonly Layer[] = [
  { inputs: 3, outputs: 16, ...square, pool: [2, 2] },
  { inputs: 16, outputs: 32, ...square, pool: [2, 2] },
  { inputs: 32, outputs: 64, ...square, pool: [1, 1] },
  { inputs: 64, outputs: 64, ...square, pool: [2, 1] },
  { inputs: 64, outputs: 96, ...square, pool: [2, 1] },
  { inputs: 96, outputs: 128, filter: [2, 3], padding: [0, 1], pool: [1, 1] },
  { inputs: 128, outputs: 128, filter: [1, 5], padding: [0, 2], pool: [1, 1] },
  { inputs: 128, outputs: networkLetters.length + 1, filter: [1, 1], padding: [0, 0], pool: [1, 1] },
]

interface Volume {
  readonly height: number
  readonly width: number
  /** Row by row, at each pixel its channels. */
  readonly data: Float64Array
}

/** A layer with its weights: for each output those of its taps (row, column, input), then its bias. */
interface Weighted extends Layer {
  readonly weights: Float64Array
  readonly biases: Float32Array
}

/** Takes a model file apart: per layer the outputs' scales and biases (float32, little-endian), then whole numbers by row, column, input, output. */
export function loadNetwork(bytes: Buffer): (planes: Uint8Array) => Step[] {
  let at = 0
  const floats = (count: number): Float32Array => {
    const part = Float32Array.from({ length: count }, (_, index) => bytes.readFloatLE(at + index * 4))
    at += count * 4
    return part
  }
  const weighted = layers.map((layer): Weighted => {
    const { inputs, outputs, filter } = layer
    const [scales, biases] = [floats(outputs), floats(outputs)]
    const taps = inputs * filter[0] * filter[1]
    const weights = new Float64Array(taps * outputs)
    for (let tap = 0; tap < taps; tap++) {
      for (let output = 0; output < outputs; output++) weights[output * taps + tap] = bytes.readInt8(at++) * (scales[output] ?? 0)
    }
    return { ...layer, weights, biases }
  })
  if (at !== bytes.length) throw new Error('the network’s file is of another size than its layers')
  return (planes) => {
    let volume: Volume = { height: planesHeight, width: planesWidth, data: Float64Array.from(planes, (value) => (value - 128) / 64) }
    for (const layer of weighted) volume = pooled(convolved(volume, layer, layer !== weighted.at(-1)), layer)
    return stepsOf(volume)
  }
}

/** Four places at a time: what one weight is multiplied with is at hand, and so are the sums. */
function convolved({ height, width, data }: Volume, { inputs, outputs, filter, padding, weights, biases }: Weighted, floor: boolean): Volume {
  const [rows, columns] = filter
  const [newHeight, newWidth] = [height + 2 * padding[0] - rows + 1, width + 2 * padding[1] - columns + 1]
  const made = new Float64Array(newHeight * newWidth * outputs)
  const taps = rows * columns * inputs
  const patch = new Float64Array(4 * taps)
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x += 4) {
      patch.fill(0)
      for (let place = 0; place < 4; place++) {
        for (let row = 0; row < rows; row++) {
          const from = y + row - padding[0]
          if (from < 0 || from >= height) continue
          const left = Math.max(0, x + place - padding[1])
          const right = Math.min(width, x + place - padding[1] + columns)
          const skipped = left - (x + place - padding[1])
          if (right > left)
            patch.set(data.subarray((from * width + left) * inputs, (from * width + right) * inputs), place * taps + (row * columns + skipped) * inputs)
        }
      }
      multiply(patch, taps, weights, biases, outputs, made, (y * newWidth + x) * outputs, floor)
    }
  }
  return { height: newHeight, width: newWidth, data: made }
}

/** Widths are multiples of four in every layer, so all four places exist. */
function multiply(
  patch: Float64Array,
  taps: number,
  weights: Float64Array,
  biases: Float32Array,
  outputs: number,
  made: Float64Array,
  to: number,
  floor: boolean,
): void {
  for (let output = 0; output < outputs; output++) {
    let a = biases[output] as number
    let [b, c, d] = [a, a, a]
    const base = output * taps
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[base + tap] as number
      a += weight * (patch[tap] as number)
      b += weight * (patch[taps + tap] as number)
      c += weight * (patch[2 * taps + tap] as number)
      d += weight * (patch[3 * taps + tap] as number)
    }
    const at = to + output
    made[at] = floor && a < 0 ? 0 : a
    made[at + outputs] = floor && b < 0 ? 0 : b
    made[at + 2 * outputs] = floor && c < 0 ? 0 : c
    made[at + 3 * outputs] = floor && d < 0 ? 0 : d
  }
}

function pooled(volume: Volume, { outputs, pool: [rows, columns] }: Layer): Volume {
  if (rows === 1 && columns === 1) return volume
  const [height, width] = [volume.height / rows, volume.width / columns]
  const data = new Float64Array(height * width * outputs)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < outputs; channel++) {
        let most = 0
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            most = Math.max(most, volume.data[((y * rows + row) * volume.width + x * columns + column) * outputs + channel] as number)
          }
        }
        data[(y * width + x) * outputs + channel] = most
      }
    }
  }
  return { height, width, data }
}

/** Below this share a character does not count. */
const least = 0.001

/** Scores to shares that add up to one (softmax), a place at a time. */
function stepsOf({ width, data }: Volume): Step[] {
  const count = networkLetters.length + 1
  return Array.from({ length: width }, (_, place) => {
    const scores = data.subarray(place * count, (place + 1) * count)
    const most = Math.max(...scores)
    const shares = scores.map((score) => Math.exp(score - most))
    const total = shares.reduce((sum, share) => sum + share, 0)
    const step = new Map<string, number>()
    for (const [index, share] of shares.entries()) if (share / total >= least) step.set(index === 0 ? '' : (networkLetters[index - 1] ?? ''), share / total)
    return step
  })
}
