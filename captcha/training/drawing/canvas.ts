import type { Picture } from '../../pictures/picture.ts'
import type { Mask } from './glyphs.ts'

export type Colour = readonly [red: number, green: number, blue: number]

export interface Point {
  readonly x: number
  readonly y: number
}

/** What the generators draw on: a picture with paint laid over it by coverage. */
export interface Canvas extends Picture {
  readonly rgb: Uint8Array<ArrayBuffer>
}

export function blank(width: number, height: number, colour: (x: number, y: number) => Colour): Canvas {
  const canvas = { width, height, rgb: new Uint8Array(width * height * 3) }
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) dab(canvas, x, y, colour(x, y), 1)
  return canvas
}

/** Paints a pixel with `cover` of the colour, 0..1. */
export function dab({ width, height, rgb }: Canvas, x: number, y: number, colour: Colour, cover: number): void {
  if (x < 0 || y < 0 || x >= width || y >= height || cover <= 0) return
  const at = (y * width + x) * 3
  for (let index = 0; index < 3; index++) rgb[at + index] = (rgb[at + index] ?? 0) * (1 - cover) + (colour[index] ?? 0) * cover
}

/** A glyph's place: its mask's point `origin` at `at`, seen through the matrix (from the canvas to the mask of the largest size). */
export interface Placement {
  readonly at: Point
  readonly origin: Point
  readonly inverse: readonly [xx: number, xy: number, yx: number, yy: number]
  readonly reach: number
}

/** Paints a mask; `tone` turns coverage 0..1 into paint 0..1 (an outline, a hard edge). */
export function stamp(
  canvas: Canvas,
  mask: Mask,
  full: number,
  { at, origin, inverse, reach }: Placement,
  colour: Colour,
  tone: (cover: number) => number,
): void {
  const scale = mask.size / full
  const [xx, xy, yx, yy] = inverse
  for (let y = Math.floor(at.y - reach); y <= at.y + reach; y++) {
    for (let x = Math.floor(at.x - reach); x <= at.x + reach; x++) {
      const [dx, dy] = [x - at.x, y - at.y]
      const cover = sample(mask, (origin.x + xx * dx + xy * dy) * scale - 0.5, (origin.y + yx * dx + yy * dy) * scale - 0.5)
      if (cover > 0) dab(canvas, x, y, colour, tone(cover / 255))
    }
  }
}

function sample({ width, height, data }: Mask, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) return 0
  const at = top * width + left
  const [fx, fy] = [x - left, y - top]
  const upper = (data[at] ?? 0) * (1 - fx) + (data[at + 1] ?? 0) * fx
  const lower = (data[at + width] ?? 0) * (1 - fx) + (data[at + width + 1] ?? 0) * fx
  return upper * (1 - fy) + lower * fy
}

/** A line through the points, as thick as `thickness` pixels. */
export function stroke(canvas: Canvas, points: readonly Point[], colour: Colour, thickness: number): void {
  for (let index = 1; index < points.length; index++) {
    const [from, to] = [points[index - 1], points[index]]
    if (from !== undefined && to !== undefined) segment(canvas, from, to, colour, thickness / 2)
  }
}

function segment(canvas: Canvas, from: Point, to: Point, colour: Colour, radius: number): void {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const square = dx * dx + dy * dy
  const reach = radius + 1
  for (let y = Math.floor(Math.min(from.y, to.y) - reach); y <= Math.max(from.y, to.y) + reach; y++) {
    for (let x = Math.floor(Math.min(from.x, to.x) - reach); x <= Math.max(from.x, to.x) + reach; x++) {
      const along = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - from.x) * dx + (y - from.y) * dy) / square))
      const far = Math.hypot(x - from.x - along * dx, y - from.y - along * dy)
      dab(canvas, x, y, colour, Math.max(0, Math.min(1, radius + 0.5 - far)))
    }
  }
}

/** The canvas as seen through `from`: for each new pixel the place it shows. */
export function warped({ width, height, rgb }: Canvas, from: (x: number, y: number) => Point): Canvas {
  const bent = new Uint8Array(rgb.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const seen = from(x, y)
      const [sx, sy] = [Math.max(0, Math.min(width - 1.001, seen.x)), Math.max(0, Math.min(height - 1.001, seen.y))]
      const [left, top] = [Math.floor(sx), Math.floor(sy)]
      const [fx, fy] = [sx - left, sy - top]
      const down = top < height - 1 ? width * 3 : 0
      for (let index = 0; index < 3; index++) {
        const at = (top * width + left) * 3 + index
        const upper = (rgb[at] ?? 0) * (1 - fx) + (rgb[at + 3] ?? 0) * fx
        const lower = (rgb[at + down] ?? 0) * (1 - fx) + (rgb[at + down + 3] ?? 0) * fx
        bent[(y * width + x) * 3 + index] = upper * (1 - fy) + lower * fy
      }
    }
  }
  return { width, height, rgb: bent }
}
