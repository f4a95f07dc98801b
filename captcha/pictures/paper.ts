import type { Picture } from './picture.ts'

/** Differences from the paper at most this large are grain, not ink (of 255). */
export const grain = 24

/** The commonest colour along the edge, where nothing is written as a rule. */
export function paperColour({ width, height, rgb }: Picture): readonly [number, number, number] {
  const bins = new Map<number, [count: number, red: number, green: number, blue: number]>()
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x > 1 && y > 1 && x < width - 2 && y < height - 2) continue
      const at = (y * width + x) * 3
      const [red, green, blue] = [rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0]
      const key = ((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4)
      const bin = bins.get(key) ?? [0, 0, 0, 0]
      bins.set(key, [bin[0] + 1, bin[1] + red, bin[2] + green, bin[3] + blue])
    }
  }
  let most: readonly [number, number, number, number] = [1, 255, 255, 255]
  for (const bin of bins.values()) if (bin[0] > most[0]) most = bin
  return [most[1] / most[0], most[2] / most[0], most[3] / most[0]]
}
