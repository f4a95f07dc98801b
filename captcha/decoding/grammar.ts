import type { ReadHints } from '../contract.ts'
import { operators } from './arithmetic.ts'

/**
 * What an answer may look like, as a small automaton: states are numbers, 0 is the start. The decoder follows only paths
 * the grammar allows.
 */
export interface Grammar {
  /** The state after `character`, or -1 where it may not stand. */
  next(state: number, character: string): number
  ends(state: number): boolean
}

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Characters of the alphabet, as many as `length` says; without hints 3 to 10 letters and digits, or 2 to 6 Chinese characters. */
export function textGrammar(hints: Pick<ReadHints, 'kind' | 'alphabet' | 'length' | 'caseSensitive'>): Grammar {
  const [least, most] = typeof hints.length === 'number' ? [hints.length, hints.length] : (hints.length ?? (hints.kind === 'chinese' ? [2, 6] : [3, 10]))
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

/** States of a sum: ten a number, and in them how many digits it has; then the tail. */
const [numbers, tail] = [3, 30]
const mostDigits = 4

/** Number operator number, perhaps another operator and number, then perhaps `=` and `?`. */
export const sumGrammar: Grammar = {
  next(state, character) {
    const [number, digits] = [Math.floor(state / 10), state % 10]
    // A tail may hold either sign, twice: our first model tells `=` and `?` as one.
    if (character === '=' || character === '?') return state >= tail ? (state === tail ? tail + 1 : -1) : number >= 1 && digits >= 1 ? tail : -1
    if (state >= tail) return -1
    if (/^\d$/.test(character)) return digits < mostDigits ? state + 1 : -1
    return operators[character] !== undefined && digits >= 1 && number + 1 < numbers ? (number + 1) * 10 : -1
  },
  ends: (state) => state >= tail || (state >= 10 && state % 10 >= 1),
}

const [numerals, signs, tails] = ['零〇一二两三四五六七八九十百', '加减乘除', '等于几是多少']

/** A sum in Chinese characters: `三加五等于几`. States: 0 start, 1 to 4 numerals of the first, 5 sign, 6 `去` or `以`, 7 to 10 of the second, 11 tail. */
export const chineseSumGrammar: Grammar = {
  next(state, character) {
    if (numerals.includes(character)) return state === 6 ? 7 : state === 5 ? 7 : state < 4 || (state >= 7 && state < 10) ? state + 1 : -1
    if (signs.includes(character)) return state >= 1 && state <= 4 ? 5 : -1
    if (/^[上去以]$/.test(character)) return state === 5 ? 6 : -1
    return tails.includes(character) && state >= 7 ? 11 : -1
  },
  ends: (state) => state >= 7,
}
