import type { Form, FormField, Page } from '../../contract.ts'
import { passwordFields, textFields } from '../fields/find-fields.ts'
import { mentions, registerWords } from '../words.ts'
import { changeWords, newWords, oldWords, repeatWords } from './change-words.ts'

/** A form by which a signed-in person changes the password, with the names of its fields. */
export interface ChangeForm {
  readonly form: Form
  /** Undefined: it does not ask for the present one. */
  readonly old: string | undefined
  readonly next: string
  readonly repeat: string | undefined
}

export interface ChangeFields {
  readonly old?: string | undefined
  readonly new?: string | undefined
  readonly repeat?: string | undefined
}

/** The page's form for changing the password; undefined: there is none. `fields`: names that the site's declaration gives. */
export function findChangeForm(page: Page, fields: ChangeFields = {}): ChangeForm | undefined {
  if (fields.new !== undefined) {
    const form = page.forms.find((one) => one.fields.some(({ name }) => name === fields.new))
    return form === undefined ? undefined : { form, old: fields.old, next: fields.new, repeat: fields.repeat }
  }
  for (const form of page.forms) {
    const found = changeFieldsOf(form)
    if (found !== undefined) return found
  }
  return undefined
}

/** Two password fields or three. Two new ones without the present one: only where the form says that it changes the password. */
function changeFieldsOf(form: Form): ChangeForm | undefined {
  const passwords = passwordFields(form)
  if (passwords.length < 2 || passwords.length > 3) return undefined
  const old = oldField(passwords)
  const left = passwords.filter((field) => field !== old)
  const repeat = left.length < 2 ? undefined : (left.find((field) => mentions(repeatWords, field.name, field.id, field.label)) ?? left[1])
  const next = left.find((field) => field !== repeat)
  if (next === undefined || (old === undefined && !saysChange(form))) return undefined
  return { form, old: old?.name, next: next.name, repeat: repeat?.name }
}

function oldField(passwords: readonly FormField[]): FormField | undefined {
  const named =
    passwords.find(({ autocomplete }) => autocomplete === 'current-password') ??
    passwords.find((field) => mentions(oldWords, field.name, field.id) && !mentions(newWords, field.name)) ??
    passwords.find((field) => mentions(oldWords, field.label) && !mentions(newWords, field.label))
  return named ?? (passwords.length === 3 ? passwords[0] : undefined)
}

/** Registering asks for a new password twice, too: with a user name, and in other words. */
function saysChange(form: Form): boolean {
  const buttons = form.fields.filter(({ type }) => ['submit', 'button', 'image'].includes(type)).flatMap(({ value, label }) => [value, label])
  const about = [form.id, form.name, form.action.pathname, ...buttons]
  return mentions(changeWords, ...about) && !mentions(registerWords, ...about) && textFields(form).length === 0
}
