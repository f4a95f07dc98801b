import type { Form, FormField } from '../../contract.ts'
import type { FormSettings } from '../settings.ts'
import { captchaWords, loginWords, mentions, oneTimeCodeWords, otherFormWords, passwordWords, registerWords, userWords } from '../words.ts'

/** The parts of a sign-in form, by field name. A part that the form does not have is undefined. */
export interface SignInFields {
  readonly user: string | undefined
  readonly password: string | undefined
  readonly captcha: string | undefined
}

const textTypes = new Set(['text', 'email', 'tel', 'number', 'search', 'url'])

/** Fields a person types a line into, hidden ones too: a captcha may be shown when a script finds that it is needed. */
export function textFields(form: Form): readonly FormField[] {
  return form.fields.filter(({ type, disabled, name }) => !disabled && name !== '' && textTypes.has(type))
}

export function passwordFields(form: Form): readonly FormField[] {
  return seenOf(form.fields.filter(({ type, disabled, name }) => type === 'password' && !disabled && name !== ''))
}

/** Those that are seen, if any is: the others are traps for programs, or for the browser's own filling in (`fakeusernameremembered`). */
function seenOf(fields: readonly FormField[]): readonly FormField[] {
  const seen = fields.filter(({ unseen }) => !unseen)
  return seen.length > 0 ? seen : fields
}

/** The fields of a form that holds a password field. */
export function findFields(form: Form, { fields }: FormSettings): SignInFields {
  const password = fields.password ?? passwordFields(form)[0]?.name
  const texts = textFields(form).filter(({ name }) => name !== password)
  const captcha = fields.captcha ?? findCaptchaField(texts, fields.user)
  const user = fields.user ?? findUserField(form, texts, captcha, password)
  return { user, password, captcha }
}

function findCaptchaField(texts: readonly FormField[], user: string | undefined): string | undefined {
  const fit = texts.filter((field) => field.name !== user && field.autocomplete !== 'username' && looksLikeCaptcha(field))
  return fit.at(-1)?.name
}

/** The words of user names and captchas meet ("verify e-mail"): a field that names the user is none for a captcha. */
function looksLikeCaptcha({ name, id, label, type }: FormField): boolean {
  if (type === 'email' || mentions(oneTimeCodeWords, name, id)) return false
  if (mentions(captchaWords, name, id)) return !mentions(userWords, name.replace(captchaWords, ''))
  return mentions(captchaWords, label) && !mentions(userWords, name, id, label)
}

function findUserField(form: Form, texts: readonly FormField[], captcha: string | undefined, password: string | undefined): string | undefined {
  const others = texts.filter(({ name }) => name !== captcha)
  // Where the password is hidden itself, a script shows all of it.
  const left = form.fields.some(({ name, unseen }) => name === password && !unseen) ? seenOf(others) : others
  // One that is hidden and named so is swapped with what is seen, or shown by a script; unless it says what it is.
  const named = namedAsUser(left) ?? namedAsUser(others.filter(({ name, id }) => !/fake|trap|honey|pot/i.test(`${name} ${id}`)))
  if (named !== undefined) return named.name
  // What a person would do: the line above the password.
  const names = form.fields.map(({ name }) => name)
  const above = new Set(names.slice(0, Math.max(0, names.indexOf(password ?? ''))))
  return (left.findLast(({ name }) => above.has(name)) ?? left[0])?.name
}

function namedAsUser(fields: readonly FormField[]): FormField | undefined {
  return (
    fields.find(({ autocomplete }) => autocomplete.split(/\s+/).includes('username')) ??
    fields.find(({ autocomplete, type }) => type === 'email' || autocomplete.split(/\s+/).includes('email')) ??
    fields.find(({ name, id }) => mentions(userWords, name, id)) ??
    fields.find(({ label }) => mentions(userWords, label))
  )
}

/**
 * How much a form with a password field looks like the one for signing in; undefined: it is for something else
 * (registration and changing a password ask for the new one twice).
 */
export function signInScore(form: Form): number | undefined {
  const passwords = passwordFields(form)
  if (passwords.length !== 1) return undefined
  if (passwords[0]?.autocomplete === 'new-password') return undefined
  const about = [form.id, form.name, form.action.pathname]
  const buttons = form.fields.filter(({ type }) => ['submit', 'button', 'image'].includes(type)).flatMap(({ value, label, name }) => [value, label, name])
  let score = 0
  if (mentions(loginWords, ...about)) score += 2
  if (mentions(loginWords, ...buttons)) score += 2
  if (mentions(registerWords, ...about) || mentions(registerWords, ...buttons)) score -= 4
  if (mentions(otherFormWords, ...about)) score -= 2
  if (passwords[0]?.autocomplete === 'current-password') score += 2
  if (mentions(passwordWords, passwords[0]?.name ?? '')) score += 1
  const texts = seenOf(textFields(form))
  if (texts.some(({ name, id, label, type }) => type === 'email' || mentions(userWords, name, id, label))) score += 1
  // Registration asks for more than one needs to sign in.
  if (texts.length > 3) score -= 3
  return score
}

/** The user name field of a form that asks for nothing else: the first of two steps. */
export function findLoneUserField(form: Form, { fields }: FormSettings): string | undefined {
  if (passwordFields(form).length > 1) return undefined
  const texts = textFields(form)
  if (fields.user !== undefined) return texts.find(({ name }) => name === fields.user)?.name
  const captcha = findCaptchaField(texts, undefined)
  const left = seenOf(texts.filter(({ name }) => name !== captcha))
  const [only] = left
  if (only === undefined || left.length > 1 || only.type === 'search') return undefined
  if (mentions(otherFormWords, form.id, form.name, form.action.pathname, only.name, only.label)) return undefined
  const isUser = /username|email/.test(only.autocomplete) || mentions(userWords, only.name, only.id, only.label)
  return isUser ? only.name : undefined
}
