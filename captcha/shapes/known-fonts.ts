/**
 * The letters of svg-captcha's own font and of common ones, as svg-captcha draws them 56 units high without shaking their points: written
 * by captcha/training/shapes.ts. For each font its characters one after the other, each the commands as a number (32 bits), `y` and the
 * features in two-hundredths (16 bits each), little-endian; nothing but zeros for one that the font does not have.
 */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { networkLetters, shapesFile } from '../engine/models.ts'
import { type ShapeTable, tableOf } from './match.ts'
import type { Shape } from './outline.ts'

const features = 9
const size = 4 + 2 * (1 + features)
const parts = 200

export function packFonts(fonts: readonly (readonly Shape[])[]): Buffer {
  const bytes = Buffer.alloc(fonts.length * networkLetters.length * size)
  for (const [index, font] of fonts.entries()) {
    for (const shape of font) {
      const at = (index * networkLetters.length + networkLetters.indexOf(shape.character)) * size
      bytes.writeUInt32LE(shape.commands, at)
      for (const [place, value] of [shape.y, ...shape.features].entries()) bytes.writeInt16LE(Math.round(value * parts), at + 4 + 2 * place)
    }
  }
  return bytes
}

export function unpackFonts(bytes: Buffer): Shape[][] {
  const each = networkLetters.length * size
  return Array.from({ length: bytes.length / each }, (_, font) =>
    networkLetters.flatMap((character, place): Shape[] => {
      const at = font * each + place * size
      const commands = bytes.readUInt32LE(at)
      if (commands === 0) return []
      const [y = 0, ...rest] = Array.from({ length: 1 + features }, (_, index) => bytes.readInt16LE(at + 4 + 2 * index) / parts)
      return [{ character, commands, y, features: rest }]
    }),
  )
}

let loaded: readonly ShapeTable[] | undefined

/** Read when the first drawing comes that could be one of theirs. */
export function knownFonts(): readonly ShapeTable[] {
  loaded ??= unpackFonts(gunzipSync(readFileSync(shapesFile))).map(tableOf)
  return loaded
}
