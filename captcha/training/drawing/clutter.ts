import { type Canvas, type Colour, dab, type Point, stamp, stroke } from './canvas.ts'
import type { Chance } from './chance.ts'
import { cell, type Font, origin } from './glyphs.ts'

/** The colours of one image. */
export interface Ink {
  paper(x: number, y: number): Colour
  readonly paperColour: Colour
  text(): Colour
  noise(): Colour
}

type Clutter = (chance: Chance, canvas: Canvas, ink: Ink, fonts: readonly Font[], amount: number) => void

/** Lays one or two kinds of noise over the canvas. */
export function clutter(chance: Chance, canvas: Canvas, ink: Ink, fonts: readonly Font[], amount: number): void {
  const kinds: readonly (readonly [Clutter, number])[] = [
    [lines, 4],
    [curves, 4],
    [sweeps, 2],
    [dots, 3],
    [grid, 0.7],
    [arcs, 1.5],
    [letters, 0.7],
    [scratches, 1],
  ]
  for (let count = chance.is(0.5 * amount) ? 2 : 1; count > 0; count--) chance.weighted(kinds)(chance, canvas, ink, fonts, amount)
}

const lines: Clutter = (chance, canvas, ink, _, amount) => {
  const thickness = thick(chance, canvas)
  for (let count = chance.whole(1, 1 + Math.round(6 * amount)); count > 0; count--)
    stroke(canvas, [anywhere(chance, canvas), anywhere(chance, canvas)], ink.noise(), thickness())
}

/** Bezier curves and waves from side to side. */
const curves: Clutter = (chance, canvas, ink, _, amount) => {
  const thickness = thick(chance, canvas)
  for (let count = chance.whole(1, 1 + Math.round(3 * amount)); count > 0; count--) {
    stroke(canvas, chance.is(0.6) ? bezier(chance, canvas) : wave(chance, canvas), ink.noise(), thickness())
  }
}

/** One or two curves of the text's own colour, up to as thick as its strokes, growing from one end to the other. */
const sweeps: Clutter = (chance, canvas, ink, _, amount) => {
  for (let count = chance.is(0.4 * amount) ? 2 : 1; count > 0; count--) {
    const points = chance.is(0.6) ? bezier(chance, canvas) : wave(chance, canvas)
    const colour = ink.text()
    const [from, to] = [chance.real(0.01, 0.05) * canvas.height, chance.real(0.02, 0.02 + 0.09 * amount) * canvas.height]
    for (let index = 1; index < points.length; index++) {
      const thickness = Math.max(1, from + ((to - from) * index) / points.length)
      stroke(canvas, points.slice(index - 1, index + 1), colour, thickness)
    }
  }
}

function thick(chance: Chance, { height }: Canvas): () => number {
  const most = Math.max(1, height / chance.real(14, 45))
  return () => chance.real(0.7, 1) * most
}

function bezier(chance: Chance, { width, height }: Canvas): Point[] {
  const [a, b, c, d] = [chance.real(-0.05, 0.25), chance.real(0.1, 0.6), chance.real(0.4, 0.9), chance.real(0.75, 1.05)].map((x) => ({
    x: x * width,
    y: chance.real(0, height),
  }))
  if (a === undefined || b === undefined || c === undefined || d === undefined) return []
  return Array.from({ length: 17 }, (_, step) => {
    const t = step / 16
    const [p, q, r, s] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3]
    return { x: p * a.x + q * b.x + r * c.x + s * d.x, y: p * a.y + q * b.y + r * c.y + s * d.y }
  })
}

function wave(chance: Chance, { width, height }: Canvas): Point[] {
  const [middle, amplitude, period, phase] = [
    chance.real(0.25, 0.75) * height,
    chance.real(0.05, 0.35) * height,
    chance.real(0.3, 1.5) * width,
    chance.real(0, 6.3),
  ]
  return Array.from({ length: 33 }, (_, step) => ({ x: (width * step) / 32, y: middle + amplitude * Math.sin((step * width * 6.28) / 32 / period + phase) }))
}

const dots: Clutter = (chance, canvas, ink, _, amount) => {
  const { width, height } = canvas
  const radius = chance.is(0.7) ? 0.5 : chance.real(0.7, Math.max(1, height / 28))
  const most = (width * height * amount) / (radius < 0.6 ? 12 : 160)
  for (let count = chance.whole(10, 10 + Math.round(most)); count > 0; count--) {
    const at = anywhere(chance, canvas)
    if (radius < 0.6) dab(canvas, Math.floor(at.x), Math.floor(at.y), ink.noise(), 1)
    else stroke(canvas, [at, at], ink.noise(), radius * 2)
  }
}

const grid: Clutter = (chance, canvas, ink) => {
  const { width, height } = canvas
  const [step, colour, tilt] = [chance.real(0.15, 0.5) * height, ink.noise(), chance.is(0.7) ? 0 : chance.real(-0.3, 0.3) * height]
  for (let x = chance.real(0, step); x < width; x += step)
    stroke(
      canvas,
      [
        { x, y: 0 },
        { x: x + tilt, y: height },
      ],
      colour,
      0.8,
    )
  for (let y = chance.real(0, step); y < height; y += step)
    stroke(
      canvas,
      [
        { x: 0, y },
        { x: width, y: y + tilt },
      ],
      colour,
      0.8,
    )
}

/** Parts of circles and ellipses. */
const arcs: Clutter = (chance, canvas, ink, _, amount) => {
  for (let count = chance.whole(1, 1 + Math.round(6 * amount)); count > 0; count--) {
    const middle = anywhere(chance, canvas)
    const [rx, ry, start, span] = [chance.real(0.05, 0.4) * canvas.width, chance.real(0.1, 0.8) * canvas.height, chance.real(0, 6.3), chance.real(1, 6.3)]
    const points = Array.from({ length: 25 }, (_, step) => ({
      x: middle.x + rx * Math.cos(start + (span * step) / 24),
      y: middle.y + ry * Math.sin(start + (span * step) / 24),
    }))
    stroke(canvas, points, ink.noise(), 1)
  }
}

/** Small faint letters between the real ones. */
const letters: Clutter = (chance, canvas, ink, fonts, amount) => {
  const font = chance.one(fonts)
  const glyphs = [...font.values()]
  for (let count = chance.whole(4, 4 + Math.round(20 * amount)); count > 0; count--) {
    const glyph = chance.one(glyphs)
    const [mask, size] = [glyph.masks.at(-1), canvas.height * chance.real(0.18, 0.3)]
    const full = glyph.masks[0]?.size ?? 1
    if (mask === undefined) continue
    const inverse = [full / size, 0, 0, full / size] as const
    const middle = { x: origin.x + (glyph.advance * full) / 2, y: origin.y - full * 0.35 }
    stamp(canvas, mask, full, { at: anywhere(chance, canvas), origin: middle, inverse, reach: (cell / 2 / full) * size }, ink.noise(), (cover) => cover * 0.5)
  }
}

/** Short strokes, and strokes in the paper's colour that cut the letters. */
const scratches: Clutter = (chance, canvas, ink, _, amount) => {
  const cuts = chance.is(0.4)
  for (let count = chance.whole(3, 3 + Math.round(cuts ? 4 : 20) * amount); count > 0; count--) {
    const from = anywhere(chance, canvas)
    const reach = canvas.height * (cuts ? 2 : 0.2)
    stroke(canvas, [from, { x: from.x + chance.real(-reach, reach), y: from.y + chance.real(-reach, reach) * 0.5 }], cuts ? ink.paperColour : ink.noise(), 1)
  }
}

function anywhere(chance: Chance, { width, height }: Canvas): Point {
  return { x: chance.real(0, width), y: chance.real(0, height) }
}
