import { despeckle } from '../ink/despeckle.ts'
import type { Grey } from '../pictures/picture.ts'
import { cellsOf } from './cells.ts'
import { type InkCounts, withoutFixedNoise } from './fixed-noise.ts'
import { type Glyph, glyphOf } from './glyph.ts'
import { segment } from './segment.ts'
import { smooth } from './smooth.ts'

/** How an image is cleaned and cut into its characters. Which one fits, a site's confirmed images tell. */
export type Way =
  /** Patches of ink, specks removed. */
  | 'patches'
  /** The same after smoothing: for noise that touches the characters. */
  | 'smooth'
  /** Equal cells where the site always writes: for characters that noise joins. */
  | 'cells'

export const ways: readonly Way[] = ['patches', 'smooth', 'cells']

/** Cleans an image once; what it gives cuts that into so many characters, from left to right: undefined where it cannot. */
export function cutter(way: Way, ink: Grey, counted: InkCounts | undefined): (count: number) => readonly Glyph[] | undefined {
  const cleaned = withoutFixedNoise(ink, counted)
  switch (way) {
    case 'patches':
      return cutPatches(despeckle(cleaned))
    case 'smooth':
      return cutPatches(despeckle(smooth(cleaned), 15))
    case 'cells':
      if (counted?.width !== ink.width || counted.height !== ink.height) return () => undefined
      return (count) => cellsOf(counted, count)?.map((box) => glyphOf(cleaned, box))
  }
}

function cutPatches(grey: Grey): (count: number) => readonly Glyph[] | undefined {
  return (count) => segment(grey, count)?.map((box) => glyphOf(grey, box))
}
