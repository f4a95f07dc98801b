import { RelayError } from '../../errors.ts'
import { isLongerThan, readLimit } from '../text-length.ts'
import { normalise } from './password-hash.ts'
import { weaknessOf } from './weak-password.ts'

const limits = { min: 8, max: 1024 }

/** NIST SP 800-63B: at least 8 characters, counted as code points; any text that is not easily guessed, with no rule of composition. `bad_request`. */
export async function checkNewPassword(password: string, userName: string): Promise<void> {
  const problem = passwordProblem(password) ?? (await weaknessOf(password, userName))
  if (problem !== undefined) throw new RelayError('bad_request', { params: { problem: `the password ${problem}` } })
}

/** Could this be anyone's password? What could not is never hashed as it stands: its length alone would cost. */
export function canBePassword(password: string): boolean {
  return passwordProblem(password) === undefined
}

function passwordProblem(password: string): string | undefined {
  const { min, max } = limits
  if (password.length > readLimit || isLongerThan(normalise(password), max)) return `is longer than ${max} characters`
  if (!isLongerThan(normalise(password), min - 1)) return `is shorter than ${min} characters`
  // Two different lone surrogates would become one and the same replacement character in UTF-8.
  if (!password.isWellFormed()) return 'is not valid Unicode'
  return undefined
}
