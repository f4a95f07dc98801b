import type { Form, Page, PageImage } from '../../contract.ts'
import type { FormSettings } from '../settings.ts'
import { findCaptchaImage } from './find-captcha.ts'
import { findFields, findLoneUserField, passwordFields, type SignInFields, signInScore, textFields } from './find-fields.ts'

/** A form to sign in by, with the names of its parts. */
export interface SignInForm extends SignInFields {
  readonly form: Form
  readonly image: PageImage | undefined
}

/** The page's sign-in form: by its password field, or by a lone user name field where the password comes on the next page. */
export function findSignInForm(page: Page, settings: FormSettings): SignInForm | undefined {
  const forms = settings.form === undefined ? page.forms : page.forms.filter(({ id, name }) => id === settings.form || name === settings.form)
  if (settings.steps === 'two') {
    const first = findFirstStep(page, forms, settings)
    if (first !== undefined) return first
  }
  const form = settings.form === undefined ? best(forms, settings) : forms.find((one) => passwordFields(one).length > 0)
  return form === undefined ? findFirstStep(page, forms, settings) : withCaptcha(page, form, findFields(form, settings), settings)
}

function best(forms: readonly Form[], { fields }: FormSettings): Form | undefined {
  if (fields.password !== undefined) return forms.find((form) => form.fields.some(({ name }) => name === fields.password))
  let found: { form: Form; score: number } | undefined
  for (const form of forms) {
    const score = signInScore(form)
    if (score !== undefined && score > -3 && (found === undefined || score > found.score)) found = { form, score }
  }
  return found?.form
}

function findFirstStep(page: Page, forms: readonly Form[], settings: FormSettings): SignInForm | undefined {
  for (const form of forms) {
    const user = findLoneUserField(form, settings)
    if (user === undefined) continue
    const captcha = settings.fields.captcha ?? findFields(form, settings).captcha
    return withCaptcha(page, form, { user, password: undefined, captcha: captcha === user ? undefined : captcha }, settings)
  }
  return undefined
}

/** A captcha is an image and a field for it. An image without a field of its name takes the one that is left over. */
function withCaptcha(page: Page, form: Form, fields: SignInFields, settings: FormSettings): SignInForm {
  const image = findCaptchaImage(page, form, fields.captcha !== undefined, settings)
  if (fields.captcha !== undefined || image === undefined) return { ...fields, form, image }
  const left = textFields(form).filter(({ name }) => name !== fields.user && name !== fields.password)
  const captcha = left.length === 1 ? left[0]?.name : undefined
  return captcha === undefined ? { ...fields, form, image: undefined } : { ...fields, form, captcha, image }
}
