import { operators } from './arithmetic.ts'
import type { ReadHints } from './contract.ts'

/**
 * What an answer may look like, as a small automaton: states are numbers, 0 is the start. The decoder follows only paths
 * the grammar allows.
 */
export interface Grammar {
  /** The state after `character`, or -1 where it may not stand. */
  next(state: number, character: string): number
  ends(state: number): boolean
}

export const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Characters of the alphabet, as many as `length` says; without hints 3 to 8 letters and digits, or Chinese characters. */
export function textGrammar(hints: Pick<ReadHints, 'kind' | 'alphabet' | 'length' | 'caseSensitive'>): Grammar {
  const [least, most] = typeof hints.length === 'number' ? [hints.length, hints.length] : (hints.length ?? [3, 8])
  const allows = allowing(hints)
  return {
    next: (state, character) => (state < most && allows(character) ? state + 1 : -1),
    ends: (state) => state >= least && state <= most,
  }
}

function allowing({ kind, alphabet, caseSensitive }: Pick<ReadHints, 'kind' | 'alphabet' | 'caseSensitive'>): (character: string) => boolean {
  if (kind === 'chinese' && alphabet === undefined) return (character) => /^\p{Script=Han}$/u.test(character)
  const given = alphabet ?? lettersAndDigits
  // Where case does not count, an image may show either.
  const allowed = new Set(caseSensitive === false ? given.toLowerCase() + given.toUpperCase() : given)
  return (character) => allowed.has(character)
}

/** number operator number, then perhaps `=` and `?`. States: 1-4 digits of the first, 5 operator, 6-9 of the second, 10 and 11 the tail. */
export const sumGrammar: Grammar = {
  next(state, character) {
    if (/^\d$/.test(character)) return state < 4 || (state >= 5 && state < 9) ? state + 1 : -1
    if (state >= 1 && state <= 4 && operators[character] !== undefined) return 5
    // Our model tells `=` and `?` as one, so the tail may be either, twice.
    if (state >= 6 && state <= 9 && (character === '=' || character === '?')) return 10
    if (state === 10 && (character === '=' || character === '?')) return 11
    return -1
  },
  ends: (state) => state >= 6,
}
