import type { Form, FormField, Page } from '../../contract.ts'
import { oldWords, repeatWords } from '../change/change-words.ts'
import { findCaptchaImage } from '../fields/find-captcha.ts'
import { findFields, passwordFields, textFields } from '../fields/find-fields.ts'
import type { FormSettings } from '../settings.ts'
import { mentions, registerWords, userWords } from '../words.ts'

/** A form by which a new account is made, with the names of its fields. */
export interface RegisterForm {
  readonly form: Form
  readonly user: string
  readonly password: string
  readonly repeat: string | undefined
  /** For an address of mail, where that is another one than `user`. */
  readonly mail: string | undefined
  readonly captcha: string | undefined
}

const mailWords = /mail|courriel|correo|почт|邮箱|メール/iu

/** The page's form for a new account; undefined: there is none. */
export function findRegisterForm(page: Page, settings: FormSettings): RegisterForm | undefined {
  const declared = settings.registration?.fields ?? {}
  for (const form of page.forms) {
    const found = fieldsOf(page, form, settings, declared)
    if (found !== undefined) return found
  }
  return undefined
}

type Declared = NonNullable<FormSettings['registration']>['fields']

/** A user name and a new password, most often typed twice; once only where the form says that it is for registering. */
function fieldsOf(page: Page, form: Form, settings: FormSettings, declared: Declared): RegisterForm | undefined {
  const passwords = passwordFields(form)
  const password = passwords.find(({ name }) => name === declared.password) ?? (declared.password === undefined ? passwords[0] : undefined)
  if (password === undefined || passwords.length > 2 || passwords.some((field) => mentions(oldWords, field.name, field.id, field.label))) return undefined
  const repeat = passwords.find((field) => (declared.repeat === undefined ? field !== password : field.name === declared.repeat))
  if (declared.password === undefined && !(isTwice(repeat) || password.autocomplete === 'new-password' || saysRegister(page, form))) return undefined
  const captchaOf = findFields(form, { ...settings, fields: {} }).captcha
  const texts = textFields(form).filter(({ name }) => name !== captchaOf)
  const mail = texts.find(isMail)
  const user = texts.find(({ name }) => name === declared.user) ?? (declared.user === undefined ? userField(texts, mail) : undefined)
  if (user === undefined) return undefined
  const captcha = captchaOf !== undefined && findCaptchaImage(page, form, true, settings) !== undefined ? captchaOf : undefined
  return { form, user: user.name, password: password.name, repeat: repeat?.name, mail: mail === user ? undefined : mail?.name, captcha }
}

function isTwice(repeat: FormField | undefined): boolean {
  return repeat !== undefined && (mentions(repeatWords, repeat.name, repeat.id, repeat.label) || repeat.autocomplete === 'new-password')
}

function isMail({ type, name, id, label, autocomplete }: FormField): boolean {
  return type === 'email' || autocomplete.split(/\s+/).includes('email') || mentions(mailWords, name, id) || (name === '' && mentions(mailWords, label))
}

function userField(texts: readonly FormField[], mail: FormField | undefined): FormField | undefined {
  const others = texts.filter((field) => field !== mail)
  return (
    others.find(({ autocomplete }) => autocomplete.split(/\s+/).includes('username')) ??
    others.find(({ name, id }) => mentions(userWords, name, id)) ??
    others.find(({ label }) => mentions(userWords, label)) ??
    mail
  )
}

function saysRegister(page: Page, form: Form): boolean {
  const buttons = form.fields.filter(({ type }) => ['submit', 'button', 'image'].includes(type)).flatMap(({ value, label }) => [value, label])
  return mentions(registerWords, form.id, form.name, form.action.pathname, page.url.pathname, ...buttons)
}
