import type { Candidate } from '../contract.ts'

/** Two that err independently agree on the same wrong text this seldom, for each time they both err: they see the same strange letter. */
const commonError = 0.3

/**
 * The reader's candidates with the vote of a memory that says `text` and is right with probability `rate`. Where both say the same it
 * becomes surer, where they differ less sure. Likeliest first.
 */
export function combine(candidates: readonly Candidate[], text: string, rate: number): Candidate[] {
  const odds = rate / (1 - rate)
  const rest = Math.max(0.02, 1 - candidates.reduce((sum, { confidence }) => sum + confidence, 0))
  const known = candidates.find((candidate) => candidate.text === text)
  // A text the reader hardly believes is believed no less than one it did not think of at all.
  const told = { text, confidence: Math.max((known?.confidence ?? 0) / commonError, rest) * odds }
  const weighed = [...candidates.filter((candidate) => candidate !== known), told]
  const total = weighed.reduce((sum, { confidence }) => sum + confidence, rest)
  return weighed.map((one) => ({ text: one.text, confidence: one.confidence / total })).sort((a, b) => b.confidence - a.confidence)
}
