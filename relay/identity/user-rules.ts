import { RelayError } from '../errors.ts'
import { normalise } from './password-hash.ts'

/** Control characters, line and paragraph separators, halves of surrogate pairs, and marks that turn the direction of text around. */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u
const invisible = /[\p{Default_Ignorable_Code_Point}\p{White_Space}]/gu

const nameLimit = 64
const passwordLimits = { min: 8, max: 1024 }
/** No text that fits the limits above is longer in UTF-16 units; longer ones are not even looked at. */
const readLimit = 8192

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

/** NIST SP 800-63B: at least 8 characters, counted as code points; any text, with no rule of composition. `bad_request`. */
export function checkNewPassword(password: string): void {
  const problem = passwordProblem(password)
  if (problem !== undefined) throw new RelayError('bad_request', { params: { problem: `the password ${problem}` } })
}

/** Could this be anyone's password? What could not is never hashed as it stands: its length alone would cost. */
export function canBePassword(password: string): boolean {
  return passwordProblem(password) === undefined
}

function passwordProblem(password: string): string | undefined {
  const { min, max } = passwordLimits
  if (password.length > readLimit || isLongerThan(normalise(password), max)) return `is longer than ${max} characters`
  if (!isLongerThan(normalise(password), min - 1)) return `is shorter than ${min} characters`
  // Two different lone surrogates would become one and the same replacement character in UTF-8.
  if (!password.isWellFormed()) return 'is not valid Unicode'
  return undefined
}

function isLongerThan(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || [...text].length > limit)
}
