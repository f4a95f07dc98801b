import { distance, type Glyph } from './glyph.ts'

export interface Sample {
  readonly character: string
  readonly glyph: Glyph
}

/** A glyph this near to one of the same character adds nothing. */
const alike = 0.01

/** What the nearest remembered glyphs say. `cost`: mean distance to them, 0 for glyphs seen before. */
export interface Recalled {
  readonly text: string
  readonly cost: number
}

export function recall(samples: readonly Sample[], glyphs: readonly Glyph[]): Recalled | undefined {
  if (samples.length === 0 || glyphs.length === 0) return undefined
  let [text, cost] = ['', 0]
  for (const glyph of glyphs) {
    let [nearest, least] = ['', Number.POSITIVE_INFINITY]
    for (const sample of samples) {
      const far = distance(sample.glyph, glyph)
      if (far < least) [nearest, least] = [sample.character, far]
    }
    text += nearest
    cost += least / glyphs.length
  }
  return { text, cost }
}

/** The samples with new ones; above `most`, the oldest of the commonest characters go. */
export function remembered(samples: readonly Sample[], fresh: readonly Sample[], most: number): readonly Sample[] {
  const kept = [...samples]
  for (const { character, glyph } of fresh) {
    const isKnown = kept.some((sample) => sample.character === character && distance(sample.glyph, glyph) < alike)
    if (!isKnown) kept.push({ character, glyph })
  }
  while (kept.length > most) {
    const counts = new Map<string, number>()
    for (const { character } of kept) counts.set(character, (counts.get(character) ?? 0) + 1)
    const [commonest] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))
    kept.splice(
      kept.findIndex(({ character }) => character === commonest),
      1,
    )
  }
  return kept
}
