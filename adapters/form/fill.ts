import { type Form, type Page, type SignInContext, SignInFailure } from '../contract.ts'
import type { SignInForm } from './find-form.ts'
import type { FormSettings } from './settings.ts'
import { mentions, rememberWords } from './words.ts'

/** Fills in what the form asks for: user name, password as a handle, captcha, the settings' further values. */
export async function fillIn(page: Page, found: SignInForm, context: SignInContext<FormSettings>): Promise<Form> {
  const { settings, username, secrets } = context
  checkFields(found)
  let form = tickBoxes(page, found.form)
  for (const [name, value] of Object.entries(settings.values)) form = setValue(form, name, value)
  if (found.user !== undefined) form = form.fill(found.user, username)
  if (found.captcha !== undefined) form = form.fill(found.captcha, await captchaAnswer(found, context))
  if (found.password === undefined) return form
  if (secrets.password === undefined) throw new SignInFailure('unknown', ['the account has no password'])
  return form.fill(found.password, secrets.password)
}

/** Law 2: a secret goes into the declared field alone. One that is gone is told before anything is sent. */
function checkFields({ form, user, password, captcha }: SignInForm): void {
  const gone = [user, password, captcha].filter((name) => name !== undefined && !form.fields.some((field) => field.name === name || field.id === name))
  if (gone.length === 0) return
  const names = gone.map((name) => `\`${name}\``).join(', ')
  throw new SignInFailure('form-not-found', [`the form does not have the declared field ${names}: the site may have changed`])
}

async function captchaAnswer({ captcha, image }: SignInForm, { settings, readCaptcha }: SignInContext<FormSettings>): Promise<string> {
  if (image === undefined) throw new SignInFailure('form-not-found', [`there is a captcha field \`${captcha}\` but no image for it`])
  // An image that stands in the page itself comes anew only with a new page.
  const reload = image.src === undefined || image.src.protocol === 'data:' ? undefined : () => image.fetch()
  const { answer } = await readCaptcha(await image.fetch(), hintsOf(settings), reload)
  return answer
}

function hintsOf({ captcha = {} }: FormSettings) {
  const { kind, alphabet, length, caseSensitive } = captcha
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(alphabet === undefined ? {} : { alphabet }),
    ...(length === undefined ? {} : { length }),
    ...(caseSensitive === undefined ? {} : { caseSensitive }),
  }
}

function setValue(form: Form, name: string, value: string): Form {
  const field = form.fields.find((one) => one.name === name)
  if (field === undefined) throw new SignInFailure('form-not-found', [`the form has no field \`${name}\`, which the settings fill in`])
  if (field.type === 'checkbox') return form.check(name, value !== '' && value !== 'off')
  return field.type === 'radio' ? form.check(name, true, value) : form.fill(name, value)
}

/** Nobody stays signed in on the relay for longer than the session; consent is given only where the form does not go without. */
function tickBoxes(page: Page, form: Form): Form {
  let ticked = form
  const required = new Set(page.query('input[required]').map((element) => element.attribute('name')))
  for (const field of form.fields) {
    if (field.type !== 'checkbox' || field.disabled || field.name === '') continue
    if (field.checked && mentions(rememberWords, field.name, field.id, field.label)) ticked = ticked.check(field.name, false, field.value)
    else if (!field.checked && required.has(field.name)) ticked = ticked.check(field.name, true, field.value)
  }
  return ticked
}
