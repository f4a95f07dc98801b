import type { ReadHints } from '../contract.ts'
import { evaluate, parseSum } from './arithmetic.ts'
import type { Reading } from './beam.ts'

export interface Tally {
  readonly text: string
  readonly answer: string
  /** Mean probability over the ballots, 0..1. */
  readonly probability: number
  /** The share of ballots in which it is the likeliest. */
  readonly agreement: number
}

/** A total below this says that the image is not what the network knows; above it, only shares count. */
const clear = 0.3

/**
 * What speaks for a text, 0..1, not yet calibrated: its share of all the probability that any text of any kind got, less
 * where the whole was little.
 */
export function supportOf(probability: number, total: number): number {
  return total === 0 ? 0 : (probability / total) * Math.min(1, total / clear)
}

/**
 * Adds up what the views read. Texts with one answer stand together: `3+5` and `3+5=?`, and where case does not count
 * `aB3` and `AB3`; the likeliest of them is the one shown.
 */
export function tally(ballots: readonly (readonly Reading[])[], kind: 'text' | 'arithmetic' | 'chinese', hints: Pick<ReadHints, 'caseSensitive'>): Tally[] {
  const groups = new Map<string, { best: Reading; sum: number; firsts: number }>()
  for (const ballot of ballots) {
    const mine = new Map<string, number>()
    for (const reading of ballot) {
      const key = kind === 'arithmetic' ? sumOf(reading.text) : hints.caseSensitive === false ? reading.text.toLowerCase() : reading.text
      if (key === undefined) continue
      const group = groups.get(key) ?? { best: reading, sum: 0, firsts: 0 }
      group.sum += reading.probability
      if (reading.probability > group.best.probability) group.best = reading
      groups.set(key, group)
      mine.set(key, (mine.get(key) ?? 0) + reading.probability)
    }
    const [first] = [...mine].sort(([, a], [, b]) => b - a)
    const group = first === undefined ? undefined : groups.get(first[0])
    if (group !== undefined) group.firsts++
  }
  const share = 1 / Math.max(1, ballots.length)
  return [...groups]
    .map(([key, { best, sum, firsts }]) => ({
      text: best.text,
      answer: kind === 'arithmetic' ? key : best.text,
      probability: sum * share,
      agreement: firsts * share,
    }))
    .sort((a, b) => b.probability - a.probability)
}

function sumOf(text: string): string | undefined {
  const sum = parseSum(text)
  const value = sum === undefined ? undefined : evaluate(sum)
  return value === undefined ? undefined : String(value)
}
