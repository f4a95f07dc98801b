/**
 * The Chinese network: convolutions over the whole image's ink, and at each of 32 places along it a probability for every character that
 * captchas draw. 50 million multiplications.
 */

import type { Step } from '../decoding/beam.ts'
import { chineseCharacters } from './chinese-characters.ts'
import { type Layer, loadLayers, stepsOf } from './convolution.ts'

/** Of its input, pixels. */
export const [chineseWidth, chineseHeight] = [128, 40]
const square = { filter: [3, 3], padding: [1, 1] } as const
/** The same table stands in captcha/training/chinese.py. */
const layers: readonly Layer[] = [
  { inputs: 1, outputs: 16, ...square, pool: [2, 2] },
  { inputs: 16, outputs: 32, ...square, pool: [2, 2] },
  { inputs: 32, outputs: 64, ...square, pool: [1, 1] },
  { inputs: 64, outputs: 64, ...square, pool: [2, 1] },
  { inputs: 64, outputs: 96, ...square, pool: [1, 1] },
  { inputs: 96, outputs: 160, filter: [5, 3], padding: [0, 1], pool: [1, 1] },
  { inputs: 160, outputs: 160, filter: [1, 3], padding: [0, 1], pool: [1, 1] },
  { inputs: 160, outputs: chineseCharacters.length + 1, filter: [1, 1], padding: [0, 0], pool: [1, 1] },
]

/** The network of a model file (convolution.ts says what stands in it). */
export function loadChineseNetwork(bytes: Buffer): (input: Uint8Array) => Step[] {
  const run = loadLayers(layers, bytes, [chineseHeight, chineseWidth, 1 / 127.5])
  const names = ['', ...chineseCharacters]
  return (input) => {
    const values = new Int16Array(input.length)
    for (let at = 0; at < input.length; at++) values[at] = 255 - (input[at] as number)
    return stepsOf(run(values), names)
  }
}
