import type { FormField, FormParts, Page } from '../../contract.ts'
import { consentWords, csrfWords, mentions, oneTimeCodeWords, rememberWords } from '../words.ts'
import { textFields } from './find-fields.ts'
import type { SignInForm } from './find-form.ts'

/** What is what in a sign-in form: for the probe, which tells it and writes it down. */
export function partsOf(page: Page, { form, user, password, captcha, image }: SignInForm): FormParts {
  const required = new Set(page.query('input[required]').map((element) => element.attribute('name')))
  const boxes = form.fields.filter(({ type, name }) => type === 'checkbox' && name !== '')
  const isRemember = ({ name, id, label }: FormField) => mentions(rememberWords, name, id, label)
  const isConsent = (box: FormField) => !isRemember(box) && (required.has(box.name) || mentions(consentWords, box.name, box.id, box.label))
  const hidden = form.fields.filter(({ type, name }) => type === 'hidden' && name !== '')
  const isCsrf = ({ name }: FormField) => mentions(csrfWords, name)
  const code = textFields(form).find(
    ({ name, id, label, autocomplete }) =>
      name !== user && name !== captcha && (autocomplete === 'one-time-code' || mentions(oneTimeCodeWords, name, id, label)),
  )?.name
  return {
    form,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(captcha === undefined ? {} : { captcha }),
    hasCaptchaImage: image !== undefined,
    ...(code === undefined ? {} : { code }),
    remember: namesOf(boxes.filter(isRemember)),
    consent: namesOf(boxes.filter(isConsent)),
    csrf: namesOf(hidden.filter(isCsrf)),
    hidden: namesOf(hidden.filter((field) => !isCsrf(field))),
  }
}

/** The settings that name the same parts again; none where the password comes on another page, whose parts nobody has seen. */
export function settingsOf({ form, user, password, captcha }: FormParts): Readonly<Record<string, unknown>> {
  if (password === undefined) return {}
  const fields = { ...(user === undefined ? {} : { user }), password, ...(captcha === undefined ? {} : { captcha }) }
  const name = form.id || form.name
  return { ...(name === '' ? {} : { form: name }), fields }
}

function namesOf(fields: readonly FormField[]): string[] {
  return [...new Set(fields.map(({ name }) => name))]
}
