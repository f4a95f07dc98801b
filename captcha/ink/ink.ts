import type { Grey, Picture } from '../pictures/picture.ts'

/** Differences from the paper at most this large are grain, not ink (of 255). */
const grain = 24

/**
 * What is written, dark on white, whatever the colours: each pixel by how far its colour lies from the paper's.
 * Light-on-dark comes out dark-on-light; a faint image comes out in full contrast.
 */
export function inkOf(picture: Picture): Grey {
  const paper = paperColour(picture)
  const { width, height, rgb } = picture
  const distance = new Uint8Array(width * height)
  const seen = new Uint32Array(256)
  for (let pixel = 0; pixel < distance.length; pixel++) {
    const far = Math.max(channel(rgb, pixel, 0, paper), channel(rgb, pixel, 1, paper), channel(rgb, pixel, 2, paper))
    distance[pixel] = far
    seen[far] = (seen[far] ?? 0) + 1
  }
  const full = fullInk(seen)
  return { width, height, data: distance.map((far) => 255 - Math.min(255, Math.round((far * 255) / full))) }
}

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

function channel(rgb: Uint8Array, pixel: number, index: 0 | 1 | 2, paper: readonly [number, number, number]): number {
  return Math.round(Math.abs((rgb[pixel * 3 + index] ?? 0) - paper[index]))
}

/** The distance that nine tenths of the inked pixels stay under: it becomes black. */
function fullInk(seen: Uint32Array): number {
  let inked = 0
  for (let far = grain + 1; far < 256; far++) inked += seen[far] ?? 0
  let passed = 0
  for (let far = grain + 1; far < 256; far++) {
    passed += seen[far] ?? 0
    if (inked > 0 && passed >= inked * 0.9) return far
  }
  return 255
}
