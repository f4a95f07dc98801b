import { randomInt } from 'node:crypto'
import { RelayError } from '../../errors.ts'

/** Kinds of characters a site may ask for. */
export type CharacterClass = 'lower' | 'upper' | 'digit' | 'symbol'

/** What a site asks of a new password. Lengths are in characters. */
export interface PasswordRules {
  /** Default: none. */
  readonly min?: number
  readonly max?: number
  /** What it may hold, and holds at least once each; default: all four. */
  readonly classes?: readonly CharacterClass[]
  /** The symbols it may hold; default: `-_.!*`, which hardly any site refuses. */
  readonly symbols?: string
  /** How often a character may stand in a row; default: any number. */
  readonly repeats?: number
}

const usual = 24
const alphabets = { lower: 'abcdefghijklmnopqrstuvwxyz', upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', digit: '0123456789', symbol: '-_.!*' } as const
const longest = 256
/** Rules that fewer passwords keep leave too few to choose from. */
const mostTries = 20_000

/**
 * A random password that keeps the rules; each that does is equally likely: whole ones are drawn until one fits, rather than a character
 * of each class put in its place. `password_rules_unfit` when none can.
 */
export function newPassword(rules: PasswordRules = {}): string {
  const { min = 1, max = longest, classes = ['lower', 'upper', 'digit', 'symbol'], symbols = alphabets.symbol, repeats = longest } = rules
  const wanted = [...new Set(classes)].map((one) => (one === 'symbol' ? symbols : alphabets[one]))
  const length = Math.min(Math.max(usual, min), max)
  checkRules({ min, max, length, wanted })
  const alphabet = [...new Set(wanted.join(''))]
  for (let tries = 0; tries < mostTries; tries++) {
    const drawn = Array.from({ length }, () => alphabet[randomInt(alphabet.length)] as string)
    if (wanted.every((one) => drawn.some((character) => one.includes(character))) && longestRun(drawn) <= repeats) return drawn.join('')
  }
  reject('hardly any password keeps them')
}

function checkRules({ min, max, length, wanted }: { min: number; max: number; length: number; wanted: readonly string[] }): void {
  if (min > max) reject('they ask for more characters than they allow')
  if (length > longest) reject(`they ask for more than ${longest} characters`)
  if (wanted.length === 0) reject('they allow no characters')
  if (wanted.some((one) => !/^[\x21-\x7e]+$/.test(one))) reject('the symbols are not printable ASCII characters without a space')
  if (length < wanted.length) reject('they ask for more kinds of characters than the password is long')
}

function longestRun(characters: readonly string[]): number {
  let [best, run] = [0, 0]
  for (const [index, character] of characters.entries()) {
    run = character === characters[index - 1] ? run + 1 : 1
    best = Math.max(best, run)
  }
  return best
}

function reject(reason: string): never {
  throw new RelayError('password_rules_unfit', { params: { reason } })
}
