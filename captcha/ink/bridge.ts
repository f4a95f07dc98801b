import type { Grey } from '../pictures/picture.ts'
import { inked } from './ink.ts'

/** A gap wider than this was no line across a stroke, pixels. */
const widest = 4

const directions = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
] as const

/** Ink, and of what was `removed` from it the pixels that lie between ink on both sides: there a line crossed a stroke. */
export function bridge(ink: Grey, removed: Grey): Grey {
  const { width, height } = ink
  const data = ink.data.slice()
  const isInk = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < width && y < height && (ink.data[y * width + x] ?? 255) < inked
  const reaches = (x: number, y: number, dx: number, dy: number): number => {
    for (let step = 1; step <= widest; step++) if (isInk(x + dx * step, y + dy * step)) return step
    return widest + 1
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((removed.data[y * width + x] ?? 255) >= inked) continue
      if (directions.some(([dx, dy]) => reaches(x, y, dx, dy) + reaches(x, y, -dx, -dy) <= widest + 1)) data[y * width + x] = 0
    }
  }
  return { width, height, data }
}
