import { RelayError } from '../errors.ts'
import { isLongerThan, readLimit } from './text-length.ts'

/** Control characters, line and paragraph separators, halves of surrogate pairs, and marks that turn the direction of text around. */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u
const invisible = /[\p{Default_Ignorable_Code_Point}\p{White_Space}]/gu

const nameLimit = 64

/** The name as it is kept: trimmed, otherwise as typed. `bad_request`. */
export function checkUserName(typed: string): string {
  const name = typed.length > readLimit ? typed : typed.trim()
  const problem = nameProblem(name)
  if (problem !== undefined) throw new RelayError('bad_request', { params: { problem: `the user name ${problem}` } })
  return name
}

function nameProblem(name: string): string | undefined {
  if (isLongerThan(name, nameLimit)) return `is longer than ${nameLimit} characters`
  if (unfit.test(name)) return 'has control characters, line breaks or text direction marks'
  if (nameKey(name) === '') return 'is empty'
  return undefined
}

/**
 * What makes a user name unique, and finds it: names that look alike but for case, width, or invisible characters are one.
 * White space inside a name is kept, as one space.
 */
export function nameKey(name: string): string {
  if (name.length > readLimit) return ''
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(invisible, (found) => (/\p{White_Space}/u.test(found) ? ' ' : ''))
    .replace(/ +/g, ' ')
    .trim()
}
