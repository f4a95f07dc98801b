import { paperColour } from '../pictures/paper.ts'
import type { Picture } from '../pictures/picture.ts'

/** What the general network takes in: this many pixels, three bytes each, 128 where the paper's colour is. */
export const planesWidth = 128
export const planesHeight = 32

/** Differences from the paper at most this large are grain, not ink (of 255). */
const grain = 24

/**
 * The whole image at the network's size, its colours told as differences from the paper's: full contrast, and what is
 * lighter than the paper turned dark. Colours stay apart, so that a line can be told from a letter of another colour.
 */
export function planesOf(picture: Picture): Uint8Array<ArrayBuffer> {
  const paper = paperColour(picture)
  const { factor, sign } = contrast(picture, paper)
  const small = resized(picture, planesWidth, planesHeight)
  const planes = new Uint8Array(small.length)
  for (let at = 0; at < small.length; at++) {
    const difference = ((small[at] ?? 0) - (paper[at % 3] ?? 0)) * sign
    planes[at] = Math.max(0, Math.min(255, Math.round(128 + difference * factor)))
  }
  return planes
}

/** The difference that nine tenths of the inked pixels stay under becomes full; `sign` is -1 where ink is lighter than paper. */
function contrast({ rgb }: Picture, paper: readonly number[]): { factor: number; sign: 1 | -1 } {
  const seen = new Uint32Array(256)
  let [inked, brightness] = [0, 0]
  for (let at = 0; at < rgb.length; at += 3) {
    const [red, green, blue] = [(rgb[at] ?? 0) - (paper[0] ?? 0), (rgb[at + 1] ?? 0) - (paper[1] ?? 0), (rgb[at + 2] ?? 0) - (paper[2] ?? 0)]
    const far = Math.min(255, Math.round(Math.max(Math.abs(red), Math.abs(green), Math.abs(blue))))
    if (far <= grain) continue
    seen[far] = (seen[far] ?? 0) + 1
    inked++
    brightness += red + green + blue
  }
  let full = 255
  for (let passed = 0, far = grain + 1; inked > 0 && far < 256; far++) {
    passed += seen[far] ?? 0
    if (passed < inked * 0.9) continue
    full = far
    break
  }
  return { factor: 127 / full, sign: brightness > 0 ? -1 : 1 }
}

interface Weights {
  readonly from: number
  readonly shares: readonly number[]
}

/** Colours at another size: every new pixel a mean of the old ones under it, weighted by nearness (a triangle filter, both ways one after the other). */
function resized({ width, height, rgb }: Picture, newWidth: number, newHeight: number): Float32Array {
  const across = weights(width, newWidth)
  const wide = new Float32Array(newWidth * height * 3)
  for (let y = 0; y < height; y++) {
    for (const [x, { from, shares }] of across.entries()) {
      for (let index = 0; index < 3; index++) {
        let sum = 0
        for (let i = 0; i < shares.length; i++) sum += (rgb[(y * width + from + i) * 3 + index] ?? 0) * (shares[i] ?? 0)
        wide[(y * newWidth + x) * 3 + index] = sum
      }
    }
  }
  const row = newWidth * 3
  const small = new Float32Array(row * newHeight)
  for (const [y, { from, shares }] of weights(height, newHeight).entries()) {
    for (let at = 0; at < row; at++) {
      let sum = 0
      for (let i = 0; i < shares.length; i++) sum += (wide[(from + i) * row + at] ?? 0) * (shares[i] ?? 0)
      small[y * row + at] = sum
    }
  }
  return small
}

function weights(from: number, to: number): Weights[] {
  const scale = from / to
  const reach = Math.max(1, scale)
  return Array.from({ length: to }, (_, index) => {
    const middle = (index + 0.5) * scale - 0.5
    const first = Math.max(0, Math.ceil(middle - reach))
    const last = Math.min(from - 1, Math.floor(middle + reach))
    const raw = Array.from({ length: last - first + 1 }, (_, i) => Math.max(0, 1 - Math.abs(first + i - middle) / reach))
    const total = raw.reduce((sum, share) => sum + share, 0)
    return total === 0 ? { from: Math.min(from - 1, Math.max(0, Math.round(middle))), shares: [1] } : { from: first, shares: raw.map((share) => share / total) }
  })
}
