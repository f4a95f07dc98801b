import { grain, paperColour } from '../pictures/paper.ts'
import type { Grey, Picture } from '../pictures/picture.ts'

/** In a picture of ink, darker than this is written. */
export const inked = 128

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
