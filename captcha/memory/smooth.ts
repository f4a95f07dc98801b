import { inked } from '../ink/ink.ts'
import type { Grey } from '../pictures/picture.ts'

/** Ink where most of a pixel and its eight neighbours are inked, paper elsewhere: specks and hairlines go, holes close. */
export function smooth({ width, height, data }: Grey): Grey {
  const smoothed = new Uint8Array(data.length).fill(255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let count = 0
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) if ((data[ny * width + nx] ?? 255) < inked) count++
      }
      if (count >= 5) smoothed[y * width + x] = 0
    }
  }
  return { width, height, data: smoothed }
}
