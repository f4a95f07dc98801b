import type { Grammar } from './grammar.ts'

/** What the network saw at one place along the line: characters and their probabilities; '' is "nothing new here". */
export type Step = ReadonlyMap<string, number>

export interface Reading {
  readonly text: string
  /** The network's own probability of this text over all ways to align it, 0..1. */
  readonly probability: number
}

/** Probabilities arrive in whole percents; below that something is still possible. */
const floor = 0.002
const width = 40

interface Path {
  readonly state: number
  /** Probability of the alignments that end in "nothing", and of those that end in the last character. */
  blank: number
  character: number
}

/**
 * The likeliest texts the grammar allows, best first: prefix beam search over CTC outputs (Graves 2012, section 7.5),
 * where a path leaves the beam as soon as the grammar forbids it.
 */
export function decodeSteps(steps: readonly Step[], grammar: Grammar, count = 8): Reading[] {
  let beam = new Map<string, Path>([['', { state: 0, blank: 1, character: 0 }]])
  for (const step of steps) beam = advance(beam, step, grammar)
  return [...beam]
    .filter(([, path]) => grammar.ends(path.state))
    .map(([text, path]) => ({ text, probability: path.blank + path.character }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count)
}

function advance(beam: ReadonlyMap<string, Path>, step: Step, grammar: Grammar): Map<string, Path> {
  const next = new Map<string, Path>()
  const nothing = Math.max(floor, step.get('') ?? 0)
  for (const [text, path] of beam) {
    const last = text.slice(-1)
    const stay = at(next, text, path.state)
    stay.blank += (path.blank + path.character) * nothing
    if (last !== '') stay.character += path.character * Math.max(floor, step.get(last) ?? 0)
    for (const [character, probability] of step) {
      if (character === '') continue
      const state = grammar.next(path.state, character)
      if (state === -1) continue
      // The same character again counts anew only after a pause.
      const reached = (character === last ? path.blank : path.blank + path.character) * probability
      if (reached > 0) at(next, text + character, state).character += reached
    }
  }
  const kept = [...next].sort(([, a], [, b]) => b.blank + b.character - a.blank - a.character).slice(0, width)
  return new Map(kept)
}

function at(paths: Map<string, Path>, text: string, state: number): Path {
  const known = paths.get(text)
  if (known !== undefined) return known
  const made: Path = { state, blank: 0, character: 0 }
  paths.set(text, made)
  return made
}
