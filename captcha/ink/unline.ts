import type { Grey } from '../pictures/picture.ts'

const inked = 160

/**
 * Without thin lines that run across (or down): ink no more than `thickness` pixels high in its column (wide in its row) becomes paper.
 * Where a line crosses a letter the letter's own ink makes the run longer, so it stays.
 */
export function unline(grey: Grey, thickness: number, direction: 'across' | 'down' = 'across'): Grey {
  const { width, height } = grey
  const data = grey.data.slice()
  const [runs, length, stride, step] = direction === 'across' ? [width, height, 1, width] : [height, width, width, 1]
  for (let run = 0; run < runs; run++) {
    let start = -1
    for (let place = 0; place <= length; place++) {
      const dark = place < length && (grey.data[run * stride + place * step] ?? 255) < inked
      if (dark && start === -1) start = place
      if (dark || start === -1) continue
      if (place - start <= thickness) for (let at = start; at < place; at++) data[run * stride + at * step] = 255
      start = -1
    }
  }
  return { width, height, data }
}
