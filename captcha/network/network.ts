/**
 * The general network: convolutions over the whole image, and at each of 32 places along it a probability for every
 * character. 132 million multiplications, four milliseconds.
 */

import type { Step } from '../decoding/beam.ts'
import { networkLetters } from '../engine/models.ts'
import { type Layer, loadLayers, stepsOf } from './convolution.ts'
import { planesHeight, planesWidth } from './planes.ts'

const square = { filter: [3, 3], padding: [1, 1] } as const
/** The same table stands in captcha/training/network.py. */
const layers: readonly Layer[] = [
  { inputs: 3, outputs: 16, ...square, pool: [2, 2] },
  { inputs: 16, outputs: 32, ...square, pool: [1, 1] },
  { inputs: 32, outputs: 32, ...square, pool: [2, 2] },
  { inputs: 32, outputs: 64, ...square, pool: [1, 1] },
  { inputs: 64, outputs: 96, ...square, pool: [1, 1] },
  { inputs: 96, outputs: 96, ...square, pool: [2, 1] },
  { inputs: 96, outputs: 144, ...square, pool: [1, 1] },
  { inputs: 144, outputs: 144, ...square, pool: [2, 1] },
  { inputs: 144, outputs: 144, ...square, pool: [1, 1] },
  { inputs: 144, outputs: 192, filter: [2, 3], padding: [0, 1], pool: [1, 1] },
  { inputs: 192, outputs: 192, filter: [1, 5], padding: [0, 2], pool: [1, 1] },
  { inputs: 192, outputs: 192, filter: [1, 3], apart: 8, padding: [0, 8], pool: [1, 1] },
  { inputs: 192, outputs: 192, filter: [1, 3], apart: 4, padding: [0, 4], pool: [1, 1] },
  { inputs: 192, outputs: 192, filter: [1, 5], padding: [0, 2], pool: [1, 1] },
  { inputs: 192, outputs: networkLetters.length + 1, filter: [1, 1], padding: [0, 0], pool: [1, 1] },
]

/** The network of a model file (convolution.ts says what stands in it). */
export function loadNetwork(bytes: Buffer): (planes: Uint8Array) => Step[] {
  const run = loadLayers(layers, bytes, [planesHeight, planesWidth, 1 / 64])
  const names = ['', ...networkLetters]
  return (planes) => {
    const values = new Int16Array(planes.length)
    for (let at = 0; at < planes.length; at++) values[at] = (planes[at] as number) - 128
    return stepsOf(run(values), names)
  }
}
