import type { Step } from '../decoding/beam.ts'
import type { Grammar } from '../decoding/grammar.ts'
import { glyphPathsOf } from './glyph-paths.ts'
import { knownFonts } from './known-fonts.ts'
import { type Matched, matchAnySize, matchAsDrawn, tableOf } from './match.ts'
import type { Shape } from './outline.ts'

/**
 * Letters told by their outlines: by those that the site is known to draw, or by a font's. Undefined where none of the site's is known and
 * fewer than half of a font's: a path need not be a letter then.
 */
export function readShapes(svg: string, site: readonly Shape[]): Matched | undefined {
  const outlines = glyphPathsOf(svg)
  if (outlines === undefined) return undefined
  const asDrawn = matchAsDrawn(outlines, tableOf(site))
  if (isWhole(asDrawn)) return asDrawn
  const byFont = matchAnySize(outlines, knownFonts())
  if (byFont !== undefined && byFont.known > asDrawn.known && byFont.known >= 2 && byFont.known * 2 >= outlines.length) return byFont
  return asDrawn.known > 0 ? asDrawn : undefined
}

export function isWhole({ known, places }: Matched): boolean {
  return known === places.length
}

/** As a look would have seen it: a pause between two letters tells the same letter drawn twice. */
export function stepsOf({ places }: Matched): Step[] {
  return places.flatMap((place) => [place, new Map([['', 1]])])
}

/**
 * Texts of as many letters as are drawn, with those that are known in their places, as far as `grammar` allows them there: where a hint says
 * digits, what is drawn as an O is none. The states of `grammar` count letters.
 */
export function withKnown(grammar: Grammar, { places }: Matched): Grammar {
  const eitherCase = (character: string): readonly string[] => [character.toLowerCase(), character.toUpperCase()]
  const known = places.map((place, index) => new Set([...place.keys()].flatMap(eitherCase).filter((character) => grammar.next(index, character) !== -1)))
  return {
    next: (state, character) => (known[state]?.size === 0 || known[state]?.has(character) ? grammar.next(state, character) : -1),
    ends: (state) => state === places.length && grammar.ends(state),
  }
}
