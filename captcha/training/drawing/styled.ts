import type { Picture } from '../../pictures/picture.ts'
import { blank, type Canvas, type Colour, type Point, stamp, warped } from './canvas.ts'
import type { Chance } from './chance.ts'
import { clutter, type Ink } from './clutter.ts'
import { cell, type Font, type Mask, origin } from './glyphs.ts'
import { textured } from './texture.ts'

/** How one image is drawn; `hardness` 0..1 says how rough its style may be. */
export function styled(chance: Chance, fonts: readonly Font[], text: string, hardness: number): Picture {
  const characters = [...text]
  const height = chance.weighted([
    [chance.whole(18, 30), 2],
    [chance.whole(30, 50), 5],
    [chance.whole(50, 80), 3],
    [chance.whole(80, 120), 0.5],
  ])
  const width = Math.max(height * 1.5, Math.min(400, Math.round(height * (0.7 + characters.length * chance.real(0.36, 0.75)))))
  const ink = inks(chance, hardness)
  let canvas = blank(Math.round(width), height, ink.paper)
  const warpAfter = chance.is(0.7)
  const noise = chance.is(0.12) ? 0 : hardness
  const behind = chance.is(0.5) ? noise : 0
  if (behind > 0) clutter(chance, canvas, ink, fonts, behind)
  write(chance, canvas, ink, fonts, characters, hardness)
  if (!warpAfter) canvas = bend(chance, canvas, hardness)
  if (noise > 0 && (behind === 0 || chance.is(0.5))) clutter(chance, canvas, ink, fonts, noise)
  if (warpAfter) canvas = bend(chance, canvas, hardness)
  return textured(chance, canvas, hardness)
}

function inks(chance: Chance, hardness: number): Ink {
  const anyColour = (low: number, high: number): Colour => [chance.whole(low, high), chance.whole(low, high), chance.whole(low, high)]
  const grey = (colour: Colour): Colour => [colour[0], colour[0], colour[0]]
  const inverse = chance.is(0.12)
  const light = (): Colour => (chance.is(0.35) ? [255, 255, 255] : chance.is(0.3) ? grey(anyColour(190, 255)) : anyColour(170, 255))
  const dark = (): Colour => (chance.is(0.2) ? [0, 0, 0] : chance.is(0.15) ? grey(anyColour(0, 130)) : anyColour(0, 70 + Math.round(90 * hardness)))
  const [paperOf, textOf] = inverse ? [dark, light] : [light, dark]
  const [from, to] = [paperOf(), paperOf()]
  const gradient = chance.is(0.15 * (0.5 + hardness))
  const along = chance.real(60, 300)
  const one = textOf()
  const many = chance.is(0.45)
  const noiseLike = chance.weighted([
    ['text', 3],
    ['own', 3],
    ['light', 2],
  ])
  return {
    paper: gradient ? (x, y) => mix(from, to, Math.min(1, (x + y) / along)) : () => from,
    text: () => (many ? textOf() : one),
    noise: () => (noiseLike === 'text' ? (many ? textOf() : one) : noiseLike === 'own' ? anyColour(20, 235) : mix(one, from, chance.real(0.3, 0.75))),
    paperColour: from,
  }
}

function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]
}

/** Every character in its place, turned, slanted and painted as the image's style says. */
function write(chance: Chance, canvas: Canvas, ink: Ink, fonts: readonly Font[], characters: readonly string[], hardness: number): void {
  const font = chance.one(fonts)
  const mixed = chance.is(0.2 * hardness)
  const turn = chance.is(0.3) ? 0 : chance.real(0, 0.7) * hardness
  const slant = chance.is(0.6) ? 0 : chance.real(0, 0.4) * hardness
  const unevenness = chance.real(0, 0.25) * hardness
  const tone = tones(chance)
  const shadow = chance.is(0.1) ? { x: chance.real(-2.5, 2.5), y: chance.real(0.5, 2.5) } : undefined
  // Drawn again in the paper's colour, a little aside: what is left is a letter's edge, as if cut in.
  const carved = chance.is(0.2 * hardness) ? { x: chance.real(-0.06, 0.06), y: chance.real(-0.05, 0.05) } : undefined
  const stretch = chance.is(0.25 * hardness) ? chance.real(0, 0.4) : 0
  const placed = lay(chance, canvas, characters, mixed ? () => chance.one(fonts) : () => font, hardness)
  for (const { character, font: own, size: usual, x, y } of placed) {
    const glyph = own.get(character)
    if (glyph === undefined) throw new Error(`no glyph for ${character}`)
    const size = usual * (1 + chance.real(-unevenness, unevenness))
    const [angle, shear] = [chance.real(-turn, turn), chance.real(-slant, slant)]
    const mask = maskFor(glyph.masks, size)
    const full = glyph.masks[0]?.size ?? 64
    const scale = full / size
    const [wide, tall] = [scale * (1 + chance.real(-stretch, stretch)), scale * (1 + chance.real(-stretch, stretch) / 2)]
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const inverse = [(cos - shear * sin) * wide, (sin + shear * cos) * wide, -sin * tall, cos * tall] as const
    const middle = { x: origin.x + (glyph.advance * full) / 2, y: origin.y - full * 0.35 }
    const place = { at: { x, y }, origin: middle, inverse, reach: (cell / 2 / full) * size }
    if (shadow !== undefined) stamp(canvas, mask, full, { ...place, at: { x: x + shadow.x, y: y + shadow.y } }, ink.noise(), (cover) => cover * 0.6)
    stamp(canvas, mask, full, place, ink.text(), tone)
    if (carved !== undefined) stamp(canvas, mask, full, { ...place, at: { x: x + carved.x * size, y: y + carved.y * size } }, ink.paperColour, (cover) => cover)
  }
}

interface Placed {
  readonly character: string
  readonly font: Font
  readonly size: number
  readonly x: number
  readonly y: number
}

/** Side by side as printed, or spread in equal cells; pressed together or apart, never beyond the edges by much. */
function lay(chance: Chance, { width, height }: Canvas, characters: readonly string[], fontOf: () => Font, hardness: number): Placed[] {
  const cells = chance.is(0.4)
  const margin = width * chance.real(0.01, 0.1)
  const spacing = chance.is(0.5) ? 1 : chance.real(1 - (chance.is(0.2) ? 0.42 : 0.3) * hardness, 1.35)
  const chosen = characters.map((character) => ({ character, font: fontOf() }))
  const advances = chosen.map(({ character, font }) => (cells ? 0.62 : (font.get(character)?.advance ?? 0.6)) * spacing)
  const total = advances.reduce((sum, advance) => sum + advance, 0)
  const room = width - 2 * margin
  const size = Math.min(height * chance.real(0.55, 1.1), (room / total) * chance.real(0.95, 1.08))
  const spread = cells || chance.is(0.4) ? Math.min(room / (total * size), 1.8) : 1
  const free = room - total * size * spread
  let x = margin + Math.max(0, free) * chance.real(0, 1)
  const bounce = chance.real(0, 0.3) * hardness
  const middle = height * chance.real(0.45, 0.55)
  const slack = Math.max(0, height - size * 0.7) / 2
  return chosen.map(({ character, font }, index) => {
    const step = (advances[index] ?? 0) * size * spread
    x += step
    return {
      character,
      font,
      size,
      x: x - step / 2 + chance.real(-0.06, 0.06) * size * hardness,
      y: middle + chance.real(-1, 1) * Math.min(slack, bounce * height),
    }
  })
}

function maskFor(masks: readonly Mask[], size: number): Mask {
  return masks.findLast((mask) => mask.size >= size * 0.8) ?? (masks[0] as Mask)
}

function tones(chance: Chance): (cover: number) => number {
  const faint = chance.is(0.2) ? chance.real(0.55, 1) : 1
  return chance.weighted([
    [(cover: number) => cover * faint, 8],
    // Drawn without smoothing, as GD does with its own fonts.
    [(cover: number) => (cover > 0.5 ? 1 : 0), 1],
    // Bolder, and thinner.
    [(cover: number) => Math.min(1, cover * 2), 1],
    [(cover: number) => Math.max(0, cover * 2 - 1), 0.5],
    // The outline alone.
    [(cover: number) => Math.min(1, 5 * cover * (1 - cover)), 0.7],
  ])
}

/** Waves across and down, as ripple filters make them. */
function bend(chance: Chance, canvas: Canvas, hardness: number): Canvas {
  if (chance.is(0.55)) return canvas
  const { width, height } = canvas
  const wave = (length: number): ((at: number) => number) => {
    const [amplitude, period, phase] = [chance.real(0, 0.1) * height * hardness, length * chance.real(0.3, 1.5), chance.real(0, 2 * Math.PI)]
    return (at) => amplitude * Math.sin((at * 2 * Math.PI) / period + phase)
  }
  const [down, across, slide, swell] = [wave(width), wave(height), wave(height * 2), wave(width)]
  const twice = chance.is(0.3)
  return warped(canvas, (x, y): Point => ({ x: x + across(y) + (twice ? swell(x) : 0), y: y + down(x) + (twice ? slide(y) : 0) }))
}
