import type { Grey } from './picture.ts'

const inked = 160

/**
 * Without thin lines that run across: ink no more than `thickness` pixels high in its column becomes paper. Where a line
 * crosses a letter the letter's own ink makes the run longer, so it stays.
 */
export function unline(grey: Grey, thickness: number): Grey {
  const { width, height } = grey
  const data = grey.data.slice()
  for (let x = 0; x < width; x++) {
    let start = -1
    for (let y = 0; y <= height; y++) {
      const dark = y < height && (grey.data[y * width + x] ?? 255) < inked
      if (dark && start === -1) start = y
      if (dark || start === -1) continue
      if (y - start <= thickness) for (let row = start; row < y; row++) data[row * width + x] = 255
      start = -1
    }
  }
  return { width, height, data }
}
