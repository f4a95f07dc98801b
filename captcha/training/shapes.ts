/**
 * Writes captcha/models/shapes.gz, the outlines of svg-captcha's own letters and of those of the fonts that fonts.ts lists:
 * `npx node captcha/training/shapes.ts`.
 */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import svgCaptcha from 'svg-captcha'
import { networkLetters, shapesFile } from '../engine/models.ts'
import { glyphPathsOf } from '../shapes/glyph-paths.ts'
import { packFonts } from '../shapes/known-fonts.ts'
import type { Shape } from '../shapes/outline.ts'
import { svgOf } from './drawing/draw.ts'
import { fontFiles } from './drawing/fonts.ts'

/** The font it draws with; its types leave that out. */
const { options } = svgCaptcha as unknown as { options: { font: { charToGlyph(character: string): { index: number } } } }

const own = join(import.meta.dirname, '../../node_modules/svg-captcha/fonts/Comismsh.ttf')
const fonts: Shape[][] = []
for (const file of [own, ...fontFiles()]) {
  try {
    svgCaptcha.loadFont(file)
    fonts.push(networkLetters.flatMap(shapeOf))
  } catch (error) {
    console.log(`left out: ${file}: ${String(error)}`)
  }
}
const packed = gzipSync(packFonts(fonts), { level: 9 })
await writeFile(shapesFile, packed)
console.log(`${fonts.length} fonts, ${packed.length} bytes`)

/** Nothing for a character that the font has no letter for. */
function shapeOf(character: string): Shape[] {
  if (options.font.charToGlyph(character).index === 0) return []
  // A half shakes nothing: the generator takes from it what it adds.
  const [outline] = glyphPathsOf(svgOf(() => 0.5, character, { noise: 0, fontSize: 56 })) ?? []
  return outline === undefined ? [] : [{ character, y: outline.y, commands: outline.commands, features: outline.features }]
}
