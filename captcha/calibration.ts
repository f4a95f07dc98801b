/**
 * From the votes' support to how often such a read is right, measured on images the model was not trained on
 * (captcha/training/calibrate.ts). Pairs of support and confidence, both rising; between them straight lines.
 * Below 0.45 they promise less than was measured: that is where images of other generators land.
 */
const table: readonly (readonly [support: number, confidence: number])[] = [
  [0, 0],
  [0.25, 0.15],
  [0.45, 0.57],
  [0.69, 0.8],
  [0.92, 0.91],
  [0.967, 0.99],
  [0.985, 0.995],
]

/** How often a read with this support is right, 0..1. */
export function calibrated(support: number): number {
  let [lowAt, low] = [0, 0]
  for (const [at, confidence] of table) {
    if (support <= at) return at === lowAt ? confidence : low + ((confidence - low) * (support - lowAt)) / (at - lowAt)
    ;[lowAt, low] = [at, confidence]
  }
  return low
}
