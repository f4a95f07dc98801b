/**
 * From the votes' support to how often such a read is right, measured on images the model was not trained on
 * (captcha/training/calibrate.ts). Pairs of support and confidence, both rising; between them straight lines.
 */
const table: readonly (readonly [support: number, confidence: number])[] = [
  [0, 0],
  [0.26, 0.18],
  [0.61, 0.83],
  [0.95, 0.98],
  [0.97, 0.99],
  [1, 0.997],
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
