import { RelayError } from '../../errors.ts'
import { readTotpKey } from '../../outbound/index.ts'

/** Control characters, line and paragraph separators, halves of surrogate pairs, and marks that turn the direction of text around. */
const unfitInName = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u
const limits = { name: 64, username: 512, secret: 4096, secrets: 16 }

/** A name of an account: 1 to 64 characters without space around. `bad_request`. */
export function checkAccountName(name: string): void {
  if (name.length > 2 * limits.name || [...name].length > limits.name) reject(`the account name is longer than ${limits.name} characters`)
  if (unfitInName.test(name)) reject('the account name has control characters, line breaks or text direction marks')
  if (!/[^\p{Default_Ignorable_Code_Point}\p{White_Space}]/u.test(name)) reject('the account name is empty')
  if (name !== name.trim()) reject('the account name begins or ends with white space')
}

/** A user name at a site: any text of one line. `bad_request`. */
export function checkUsername(username: string): void {
  if (username === '') reject('the user name is empty')
  if (username.length > 2 * limits.username || [...username].length > limits.username) reject(`the user name is longer than ${limits.username} characters`)
  // It may stand in a header (HTTP Basic), and in a line of a log.
  if (/[\0\r\n]/.test(username)) reject('the user name has line breaks or NUL')
  if (!username.isWellFormed()) reject('the user name is not valid Unicode')
}

/** The secrets of an account: field name to value, any text. Never quotes a value. `bad_request`, `totp_unfit`. */
export function checkSecrets(secrets: Readonly<Record<string, string>>): void {
  const fields = Object.keys(secrets)
  if (fields.length === 0 || fields.length > limits.secrets) reject(`an account has 1 to ${limits.secrets} secrets`)
  for (const field of fields) {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(field)) reject('the name of a secret is letters, digits, hyphens and underscores')
    checkSecret(field, secrets[field] as string)
    // Only its codes ever leave: one that makes none is no use.
    if (field === 'totp') readTotpKey(secrets[field] as string)
  }
}

function checkSecret(field: string, value: string): void {
  if (value === '') reject(`the ${field} is empty`)
  if (value.length > 2 * limits.secret || [...value].length > limits.secret) reject(`the ${field} is longer than ${limits.secret} characters`)
  // Lone surrogates have no UTF-8: what would be stored is not what was given.
  if (!value.isWellFormed()) reject(`the ${field} is not valid Unicode`)
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem } })
}
