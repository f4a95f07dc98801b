import { drawingIn } from '../pictures/decode.ts'
import { glyphPathsOf } from '../shapes/glyph-paths.ts'
import { matchAsDrawn, tableOf } from '../shapes/match.ts'
import type { Shape } from '../shapes/outline.ts'
import { mostShapes } from './state.ts'

/** The known shapes with those of a confirmed image, where it is a drawing with a path for each character; the oldest go. */
export function withShapes(known: readonly Shape[], image: Buffer, answer: string): readonly Shape[] {
  const drawing = drawingIn(image)
  const outlines = drawing === undefined ? undefined : glyphPathsOf(drawing)
  const characters = [...answer]
  if (outlines?.length !== characters.length) return known
  const { places } = matchAsDrawn(outlines, tableOf(known))
  const fresh = outlines.flatMap(({ y, commands, features }, index): Shape[] => {
    const character = characters[index] ?? ''
    return places[index]?.has(character) ? [] : [{ character, y, commands, features }]
  })
  return [...known, ...fresh].slice(-mostShapes)
}
