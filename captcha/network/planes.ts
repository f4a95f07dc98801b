import { grain, paperColour } from '../pictures/paper.ts'
import type { Picture } from '../pictures/picture.ts'

/** What the general network takes in: this many pixels, three bytes each, 128 where the paper's colour is. */
export const planesWidth = 128
export const planesHeight = 32

/**
 * The whole image at the network's size, its colours told as differences from the paper's: full contrast, and what is
 * lighter than the paper turned dark. Colours stay apart, so that a line can be told from a letter of another colour.
 */
export function planesOf(picture: Picture): Uint8Array<ArrayBuffer> {
  const [red, green, blue] = paperColour(picture)
  const { factor, sign } = contrast(picture, red, green, blue)
  const small = resized(picture, planesWidth, planesHeight)
  const planes = new Uint8Array(small.length)
  const told = (value: number, paper: number): number => Math.max(0, Math.min(255, Math.round(128 + (value - paper) * sign * factor)))
  for (let at = 0; at < small.length; at += 3) {
    planes[at] = told(small[at] as number, red)
    planes[at + 1] = told(small[at + 1] as number, green)
    planes[at + 2] = told(small[at + 2] as number, blue)
  }
  return planes
}

/** The difference that nine tenths of the inked pixels stay under becomes full; `sign` is -1 where ink is lighter than the paper, whose colours are given. */
function contrast({ rgb }: Picture, paperRed: number, paperGreen: number, paperBlue: number): { factor: number; sign: 1 | -1 } {
  const seen = new Uint32Array(256)
  let [inked, brightness] = [0, 0]
  for (let at = 0; at < rgb.length; at += 3) {
    const red = (rgb[at] as number) - paperRed
    const green = (rgb[at + 1] as number) - paperGreen
    const blue = (rgb[at + 2] as number) - paperBlue
    const far = Math.min(255, Math.round(Math.max(Math.abs(red), Math.abs(green), Math.abs(blue))))
    if (far <= grain) continue
    seen[far] = (seen[far] as number) + 1
    inked++
    brightness += red + green + blue
  }
  let full = 255
  for (let passed = 0, far = grain + 1; inked > 0 && far < 256; far++) {
    passed += seen[far] as number
    if (passed < inked * 0.9) continue
    full = far
    break
  }
  return { factor: 127 / full, sign: brightness > 0 ? -1 : 1 }
}

/** For each new pixel, the first old one under it and how many there are; their shares, one after the other. */
interface Weights {
  readonly from: Int32Array
  readonly count: Int32Array
  readonly shares: Float64Array
}

/** Colours at another size: every new pixel a mean of the old ones under it, weighted by nearness (a triangle filter, both ways one after the other). */
function resized({ width, height, rgb }: Picture, newWidth: number, newHeight: number): Float32Array {
  const wide = blended(rgb, weights(width, newWidth), { lines: height, line: width * 3, step: 3, values: 3 })
  return blended(wide, weights(height, newHeight), { lines: 1, line: 0, step: newWidth * 3, values: newWidth * 3 })
}

/** Along each of the lines, of so many values side by side, what the weights say; `step` is from one to be weighed with another to the next. */
function blended(
  from: Uint8Array | Float32Array,
  { from: firsts, count: counts, shares }: Weights,
  { lines, line, step, values }: { lines: number; line: number; step: number; values: number },
): Float32Array {
  const blend = new Float32Array(lines * firsts.length * values)
  for (let number = 0, to = 0; number < lines; number++) {
    for (let place = 0, share = 0; place < firsts.length; place++, to += values) {
      const first = number * line + (firsts[place] as number) * step
      const count = counts[place] as number
      for (let value = 0; value < values; value++) {
        let sum = 0
        for (let i = 0; i < count; i++) sum += (from[first + i * step + value] as number) * (shares[share + i] as number)
        blend[to + value] = sum
      }
      share += count
    }
  }
  return blend
}

function weights(from: number, to: number): Weights {
  const scale = from / to
  const reach = Math.max(1, scale)
  const all = Array.from({ length: to }, (_, index) => {
    const middle = (index + 0.5) * scale - 0.5
    const first = Math.max(0, Math.ceil(middle - reach))
    const last = Math.min(from - 1, Math.floor(middle + reach))
    const raw = Array.from({ length: last - first + 1 }, (_, i) => Math.max(0, 1 - Math.abs(first + i - middle) / reach))
    const total = raw.reduce((sum, share) => sum + share, 0)
    return total === 0 ? { first: Math.min(from - 1, Math.max(0, Math.round(middle))), shares: [1] } : { first, shares: raw.map((share) => share / total) }
  })
  return {
    from: Int32Array.from(all, ({ first }) => first),
    count: Int32Array.from(all, ({ shares }) => shares.length),
    shares: Float64Array.from(all.flatMap(({ shares }) => shares)),
  }
}
