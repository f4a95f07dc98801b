import { mentions, passwordWords, registerWords, userWords } from '../words.ts'
import { changeWords, newWords, oldWords, repeatWords } from './change-words.ts'

/** A field of a form that is on its way to a site, as it is sent. */
export interface SentField {
  readonly name: string
  readonly value: string
}

/** What a form that holds a new password is for, with the values that count. */
export type SentPasswords =
  | { readonly is: 'change'; readonly next: string }
  | { readonly is: 'registration'; readonly username: string; readonly password: string }

export interface SentFormFacts {
  /** Path and query it goes to. */
  readonly path: string
  /** The site's declared page for changing the password is what it goes to, or was sent from. */
  readonly isDeclared: boolean
  /** The user name of the account it would be of; undefined: nobody is signed in. */
  readonly username: string | undefined
}

const shortPassword = /(?:^|[^a-z])pw|pw\d?$/i

/**
 * Recognises a change of the password (the present one and a new one) and a registration (a user name and a new password), by the names of
 * the fields. Undefined for anything else, and where what is typed twice is not the same: no site takes that.
 */
export function recogniseFields(fields: readonly SentField[], facts: SentFormFacts): SentPasswords | undefined {
  const passwords = fields.filter(({ name, value }) => value !== '' && (mentions(passwordWords, name) || shortPassword.test(name)))
  if (passwords.length === 0 || passwords.length > 3) return undefined
  const old = oldOf(passwords)
  const fresh = passwords.filter((field) => field !== old)
  const [next] = fresh
  if (next === undefined || fresh.length > 2 || fresh.some(({ value }) => value !== next.value) || next.value === old?.value) return undefined
  if (facts.username !== undefined) return changeOf(next.value, old, fields, facts)
  return old === undefined && (fresh.length === 2 || mentions(registerWords, facts.path)) ? registrationOf(next.value, fields) : undefined
}

function oldOf(passwords: readonly SentField[]): SentField | undefined {
  const named = passwords.find(({ name }) => mentions(oldWords, name) && !mentions(newWords, name) && !mentions(repeatWords, name))
  return passwords.length > 1 ? (named ?? (passwords.length === 3 ? passwords[0] : undefined)) : undefined
}

/** Without the present password, such a form may be for somebody else's: only at the declared page. */
function changeOf(
  next: string,
  old: SentField | undefined,
  fields: readonly SentField[],
  { username, path, isDeclared }: SentFormFacts,
): SentPasswords | undefined {
  if (old === undefined && !isDeclared && !mentions(changeWords, path)) return undefined
  const others = fields.filter(({ name, value }) => value !== '' && /^(?:user_?name|user|login|account|uid)$/i.test(name))
  return others.some(({ value }) => value !== username) ? undefined : { is: 'change', next }
}

function registrationOf(password: string, fields: readonly SentField[]): SentPasswords | undefined {
  const texts = fields.filter(({ name, value }) => value !== '' && value !== password && value.length <= 512 && !mentions(passwordWords, name))
  const named =
    texts.find(({ name }) => /^(?:.*[._[])?(?:user_?name|login|user|account|uid|nick(?:name)?)\]?$/i.test(name)) ??
    texts.find(({ name, value }) => /mail|courriel|correo|почт|邮箱|メール/iu.test(name) && value.includes('@')) ??
    texts.find(({ name }) => mentions(userWords, name))
  return named === undefined ? undefined : { is: 'registration', username: named.value, password }
}
