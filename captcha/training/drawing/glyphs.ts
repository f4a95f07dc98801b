import { createRequire } from 'node:module'
import sharp from 'sharp'
import type { Grey } from '../../pictures/picture.ts'

/** A glyph as coverage (255 is ink) at a few sizes, the largest first: a small letter drawn from a large mask would lose its thin strokes. */
export interface Glyph {
  readonly masks: readonly Mask[]
  /** How far the next glyph stands, in parts of the font's size. */
  readonly advance: number
}

export interface Mask extends Grey {
  /** Pixels of the font's size. */
  readonly size: number
}

export type Font = ReadonlyMap<string, Glyph>

interface Outline {
  readonly advanceWidth: number
  getPath(x: number, y: number, size: number): { toPathData(digits: number): string }
}

interface FontFile {
  readonly unitsPerEm: number
  charToGlyphIndex(character: string): number
  charToGlyph(character: string): Outline
}

const opentype = createRequire(import.meta.url)('opentype.js') as { loadSync(path: string): FontFile }

/** The font's size in the largest mask, and where the glyph's origin lies in a cell of twice that. */
const size = 64
export const cell = 2 * size
export const origin = { x: size / 2, y: size * 1.35 }

/** The characters of a font file as masks, or `undefined` where some are missing or it has capitals only. */
export async function loadFont(path: string, characters: readonly string[]): Promise<Font | undefined> {
  let font: FontFile
  try {
    font = opentype.loadSync(path)
  } catch {
    return undefined
  }
  if (characters.some((character) => font.charToGlyphIndex(character) === 0)) return undefined
  const outlines = characters.map((character) => font.charToGlyph(character))
  const shape = (character: string): string => font.charToGlyph(character).getPath(0, 0, size).toPathData(1)
  if (shape('a') === shape('A') || shape('g') === shape('G')) return undefined
  const levels = await sheets(outlines)
  return new Map(
    characters.map((character, index) => [
      character,
      { masks: levels.map((level) => cut(level, index)), advance: (outlines[index]?.advanceWidth ?? 0) / font.unitsPerEm },
    ]),
  )
}

/** All outlines side by side, drawn once a size. */
async function sheets(outlines: readonly Outline[]): Promise<Mask[]> {
  const paths = outlines.map((outline, index) => `<path d="${outline.getPath(index * cell + origin.x, origin.y, size).toPathData(1)}"/>`).join('')
  return Promise.all(
    [1, 2, 4].map(async (shrink) => {
      const [width, height] = [(outlines.length * cell) / shrink, cell / shrink]
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width * shrink} ${cell}">${paths}</svg>`
      const data = await sharp(Buffer.from(svg), { limitInputPixels: false }).extractChannel(3).raw().toBuffer()
      return { width, height, data, size: size / shrink }
    }),
  )
}

function cut(sheet: Mask, index: number): Mask {
  const side = sheet.height
  const data = new Uint8Array(side * side)
  for (let y = 0; y < side; y++) data.set(sheet.data.subarray(y * sheet.width + index * side, y * sheet.width + (index + 1) * side), y * side)
  return { width: side, height: side, data, size: sheet.size }
}
