/** What was claimed and what came of it. */
export type Entry = readonly [score: number, right: boolean]

/** Entries that are kept; the oldest go. */
const most = 64
/** Entries near a score that are asked about it. */
const asked = 24

export function noted(track: readonly Entry[], score: number, right: boolean): readonly Entry[] {
  return [...track, [score, right] as const].slice(-most)
}

/**
 * How often a claim with this score comes true here: the `prior`, which weighs as much as so many entries, moved by the entries nearest
 * to the score, of equals the latest, none farther than `reach`.
 */
export function rateAt(track: readonly Entry[], score: number, { reach, prior, weight }: { reach: number; prior: number; weight: number }): number {
  const near = track
    .toReversed()
    .map(([at, right]) => ({ far: Math.abs(at - score), right }))
    .filter(({ far }) => far <= reach)
    .sort((a, b) => a.far - b.far)
    .slice(0, asked)
  const right = near.filter((entry) => entry.right).length
  return (right + prior * weight) / (near.length + weight)
}
