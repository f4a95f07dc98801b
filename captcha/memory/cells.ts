import type { InkCounts } from './fixed-noise.ts'
import type { Box } from './glyph.ts'

/** Images before a place counts as fixed. */
const enough = 12

/**
 * Where a site always writes in the same place: that place in `count` equal cells, from left to right. It is where ink is much commoner,
 * over all its images, than in the rest. Undefined: there is no such place.
 */
export function cellsOf(counted: InkCounts | undefined, count: number): readonly Box[] | undefined {
  if (counted === undefined || counted.images < enough) return undefined
  const { width, height, images, counts } = counted
  // What is fixed noise tells nothing of the writing.
  const share = (x: number, y: number): number => {
    const of = (counts[y * width + x] ?? 0) / images
    return of >= 0.9 ? 0 : of
  }
  const down = commoner(Array.from({ length: height }, (_, y) => mean(width, (x) => share(x, y))))
  if (down === undefined) return undefined
  // Within those rows alone, the writing stands out from specks all over the image.
  const across = commoner(Array.from({ length: width }, (_, x) => mean(down.to - down.from + 1, (y) => share(x, down.from + y))))
  if (across === undefined || across.to - across.from + 1 < 4 * count) return undefined
  const cell = (across.to - across.from + 1) / count
  return Array.from({ length: count }, (_, index) => ({
    left: Math.round(across.from + index * cell),
    right: Math.round(across.from + (index + 1) * cell) - 1,
    top: down.from,
    bottom: down.to,
  }))
}

/** From the first to the last place that lies nearer the most than the least; undefined where all are much alike. */
function commoner(shares: readonly number[]): { from: number; to: number } | undefined {
  const sorted = [...shares].sort((a, b) => a - b)
  const [low, high] = [sorted[Math.floor(sorted.length * 0.1)] ?? 0, sorted[Math.floor(sorted.length * 0.9)] ?? 0]
  if (high < low * 1.3 || high < 0.02) return undefined
  const least = low + (high - low) * 0.4
  const from = shares.findIndex((share) => share >= least)
  const to = shares.findLastIndex((share) => share >= least)
  return { from, to }
}

function mean(count: number, of: (index: number) => number): number {
  let sum = 0
  for (let index = 0; index < count; index++) sum += of(index)
  return sum / count
}
